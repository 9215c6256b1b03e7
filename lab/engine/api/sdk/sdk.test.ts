import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, sdkPython } from '../../../python-packages.ts';
import type { ServedLab } from '../test-client.ts';
import { servedLab } from '../test-client.ts';

/** The chapters of `run.py` in the order in which they can stand upon each other, with what each is about. */
const chapters = {
  hosts: 'operates hosts: adds, installs, looks for updates, leads the pool, follows events and jobs',
  clusters: 'makes and removes data centers, clusters, MAC pools; reads levels, options, operating systems',
  people: 'reads users and stock roles, makes roles, gives and takes permissions, hangs tags on hosts',
  networks: 'makes networks, brings them into a cluster and onto a host, synchronizes and removes them',
  fencing: 'sets up fence agents and power management, switches the power of a host',
  storage: 'makes a data domain and disks on it, takes it out of service, removes it',
  servers: 'makes data domains on a file server and on an iSCSI target, with their connections, and removes them',
  vms: 'operates VMs: settings, disks, cards, consoles, migration, snapshots, removal',
  templates: 'makes templates and VMs from them, moves and copies disks, keeps VMs apart by affinity groups',
  upload: 'uploads an image in pieces, downloads it, puts it into a drive',
} as const;
const names = Object.keys(chapters);

interface Told {
  readonly chapter: string;
  readonly seen?: Readonly<Record<string, unknown>>;
  readonly broken?: string;
}

/** `CHAPTER.json` beside `CHAPTER.py` holds all that it has to see. */
const expected = (chapter: string): unknown =>
  JSON.parse(readFileSync(new URL(`${chapter}.json`, import.meta.url), 'utf8'));

describe("oVirt's own SDK", () => {
  let s: ServedLab;
  let missing: string | undefined;
  const told = new Map<string, Told>();

  beforeAll(async () => {
    const found = await sdkPython();
    if ('missing' in found) {
      missing = found.missing;
      return;
    }
    s = await servedLab(3, 60);
    const { lab } = s.t;
    await s.t.fast(async () => {
      const third = lab.hosts.get('host3');
      await third?.run(['yum', '-y', 'install', 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm']);
    });
    const ca_file = join(lab.store.dir, 'sdk-ca.pem');
    writeFileSync(ca_file, s.engine.caPem);
    const settings = join(lab.store.dir, 'sdk.json');
    const { enginePassword, hostRootPassword, bmcPassword, iscsiPassword } = lab.secrets;
    const known = {
      url: `${s.engine.url}/api`,
      ca_file,
      password: enginePassword,
      root_password: hostRootPassword,
      bmc_password: bmcPassword,
      luns: ['3600a098000e4b4b3000003175cec1840'],
      nas: 'nas.test.local',
      iscsi: {
        portal: '172.20.32.7',
        target: 'iqn.2019-11.local.test:secure',
        lun: '36001405e7b95d2c4a1f4c0d8b3e6a917',
        user: 'ovirt',
        password: iscsiPassword,
      },
    };
    writeFileSync(settings, JSON.stringify(known), { mode: 0o600 });
    const script = fileURLToPath(new URL('run.py', import.meta.url));
    const { output } = await run(found.python, [script, settings, ...names], 600_000);
    for (const line of output.split('\n').filter((each) => each.startsWith('{"chapter"'))) {
      const one = JSON.parse(line) as Told;
      told.set(one.chapter, one);
    }
    if (told.size < names.length) throw new Error(output);
  }, 900_000);
  afterAll(() => s?.close());

  it.for(Object.entries(chapters))('%s: %s', ([chapter = ''], context) => {
    if (missing !== undefined) {
      context.skip(`the SDK cannot be built here: ${missing} is missing`);
      return;
    }
    const { seen, broken } = told.get(chapter) ?? {};
    expect(broken).toBeUndefined();
    expect(seen).toEqual(expected(chapter));
    expect(s.t.lab.defects).toEqual([]);
  });
});
