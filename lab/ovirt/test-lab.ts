/** A small lab without wires for this folder's tests: hosts as installed, with oVirt's packages put on by yum. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from '../credentials.ts';
import { buildDatacentre, reachPreset } from '../datacentre.ts';
import type { Host } from '../kernel/host.ts';
import { LabCore } from '../lab-core.ts';
import { parts } from '../parts.ts';
import { openStore } from '../store.ts';
import type { RunResult } from '../types.ts';
import { labAnswers } from '../worlds/presets.ts';
import { releaseRpm } from './packages/repositories.ts';

export interface TestLab {
  readonly lab: LabCore;
  readonly host: Host;
  /** Lets virtual time run as fast as it can while the work goes on. */
  fast<T>(work: () => Promise<T>): Promise<T>;
  world(name: string, host?: Host): Promise<void>;
  close(): void;
}

export async function testLab(options: { preset?: string; hosts?: number; speed?: number } = {}): Promise<TestLab> {
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  let seed = 7;
  const random = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const lab = new LabCore({
    speed: options.speed ?? 60,
    profile: 'ovirt-4.3',
    store: openStore(dir),
    parts,
    random,
    act: async () => undefined,
  });
  const count = options.hosts ?? 1;
  await prepare(lab, count);
  await buildDatacentre(lab, { count });
  await reachPreset(lab, options.preset ?? 'bare');
  const host = lab.hosts.get('host1');
  if (!host) throw new Error('no host');
  return {
    lab,
    host,
    fast: (work) => lab.clock.hurry(work),
    world: async (name, target) => {
      const world = parts.map((part) => part.worlds?.[name]).find((found) => found !== undefined);
      if (!world) throw new Error(`no world ${name}`);
      await lab.clock.hurry(async () => world(lab, { target: (target ?? host).name, host: target ?? host }));
    },
    close: () => {
      for (const one of lab.hosts.values()) one.powerLoss();
      lab.clock.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What the article does before it deploys. */
export async function installPackages(host: Host): Promise<void> {
  for (const what of [[releaseRpm], ['ovirt-hosted-engine-setup', 'screen']]) {
    const done = await host.run(['yum', '-y', 'install', ...what]);
    if (done.code !== 0) throw new Error(`yum: ${done.stdout}${done.stderr}`);
  }
}

/** Deploys with the lab's own answers, some of them replaced (undefined: left out). */
export async function deploy(
  host: Host,
  changes: Readonly<Record<string, string | undefined>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  let text = labAnswers(host.lab, host);
  for (const [key, value] of Object.entries(changes)) {
    const line = new RegExp(`^OVEHOSTED_${key}=.*\\n`, 'm');
    const replacement = value === undefined ? '' : `OVEHOSTED_${key}=${value}\n`;
    text = line.test(text) ? text.replace(line, () => replacement) : `${text}${replacement}`;
  }
  host.fs.write('/root/ohe.conf', text, { mode: 0o600 });
  return host.run(['hosted-engine', '--deploy', '--config-append=/root/ohe.conf'], {
    env: new Map([['PATH', '/usr/sbin:/usr/bin'], ...Object.entries(env)]),
  });
}
