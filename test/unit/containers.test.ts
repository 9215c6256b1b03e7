/** What a Docker engine would tell only when the image is built or the services are started. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly secrets: object;
  readonly configs: object;
};

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
}

const services = Object.entries(compose.services);

describe('the image', () => {
  it('holds every folder and file that the worker, the command line or the lab imports from', () => {
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
    const imported = new Set<string>();
    for (const file of sources(copied.filter((name) => !name.includes('.')))) {
      for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.\.?\/[^']+)'/g)) {
        const [folder = ''] = join(file, '..', path).slice(ROOT.length).split('/');
        imported.add(folder);
      }
    }
    expect([...imported].sort()).toEqual(expect.arrayContaining(['activities', 'inventory', 'workflows']));
    expect([...imported].filter((folder) => !copied.includes(folder))).toEqual([]);
  });

  it('runs as an ordinary user, from a base of one version', () => {
    expect(dockerfile).toMatch(/^FROM node:\d+\.\d+\.\d+-/m);
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});

describe('docker-compose.yml', () => {
  it.each(services)('%s uses what is declared, and waits for what can be waited for', (_name, service) => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const awaited = compose.services[other];
      expect(awaited, other).toBeDefined();
      if (condition === 'service_healthy') expect(awaited?.healthcheck, other).toBeDefined();
      // A service of a profile is there only where that profile is.
      if (awaited?.profiles) expect(service.profiles).toEqual(awaited.profiles);
    }
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('.')) expect(compose.volumes).toHaveProperty(source);
    }
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty([secret]);
    for (const { source } of service.configs ?? []) expect(compose.configs).toHaveProperty([source]);
  });

  it.each(services)('%s is of one version, and reached from this machine only', (_name, { image, ports = [] }) => {
    expect(image).toMatch(/^[\w/-]+:\d+\.\d+/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('starts the two workers under different profiles: they would serve the same task queue', () => {
    const workers = services.filter(([name]) => name.endsWith('worker')).map(([, { profiles }]) => profiles);
    expect(workers).toEqual([['datacenter'], ['lab']]);
  });
});

/** The TypeScript that runs: tests stay outside the image's life. */
function sources(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(ROOT, folder, name)),
  );
}
