/**
 * Ordinary playbooks with the official collection ovirt.ovirt against the lab: `npm run conformance`. It is run on demand,
 * as it installs Ansible and waits in real time; `lab/README.md` says what it needs.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab } from '../lab.ts';
import { ansible, run } from '../python-packages.ts';
import type { JournalEntry, RunningLab } from '../types.ts';

const dir = mkdtempSync(join(tmpdir(), 'lab-conformance-'));
const LUN = '3600a098000e4b4b3000003175cec1840';
const ISCSI_LUN = '36001405e7b95d2c4a1f4c0d8b3e6a917';
let lab: RunningLab;
let found: Exclude<Awaited<ReturnType<typeof ansible>>, { missing: string }>;

beforeAll(async () => {
  const obtained = await ansible();
  if ('missing' in obtained) throw new Error(`Ansible cannot be installed here: ${obtained.missing} is missing`);
  found = obtained;
  lab = await startLab({ dir, preset: 'datacenter', hosts: 3, speed: 60 });
  const secret = (name: string): string => readFileSync(join(dir, 'secrets', name), 'utf8').trim();
  const variables = {
    auth: {
      url: `${lab.engine}/api`,
      username: 'admin@internal',
      password: secret('engine-admin-password'),
      ca_file: join(dir, 'engine-ca.pem'),
    },
    bmc_password: secret('bmc-password'),
    root_password: secret('host-root-password'),
    lun: LUN,
    iscsi_lun: ISCSI_LUN,
    iscsi_password: secret('iscsi-password'),
    ansible_python_interpreter: found.python,
  };
  writeFileSync(join(dir, 'variables.json'), JSON.stringify(variables), { mode: 0o600 });
}, 900_000);
afterAll(async () => {
  await lab?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Plays a book to its end; gives the numbers of its last line. */
async function play(book: string): Promise<{ changed: number; failed: number; output: string }> {
  const path = fileURLToPath(new URL(book, import.meta.url));
  const settings = [`ANSIBLE_COLLECTIONS_PATH=${found.collections}`, `ANSIBLE_HOME=${dir}/home`, 'ANSIBLE_NOCOLOR=1'];
  const arguments_ = ['-i', 'localhost,', '-e', `@${join(dir, 'variables.json')}`, path];
  const { output } = await run('env', [...settings, found.playbook, ...arguments_], 900_000);
  const recap = /ok=\d+ +changed=(\d+) +unreachable=0 +failed=(\d+)/.exec(output);
  if (!recap) throw new Error(output);
  return { changed: Number(recap[1]), failed: Number(recap[2]), output };
}

async function journal(): Promise<JournalEntry[]> {
  return (await (await fetch(`${lab.control}/journal`)).json()) as JournalEntry[];
}

describe('playbooks with the official modules', () => {
  it('state the objects of the article, and change nothing when they are run again', async () => {
    const first = await play('article.yml');
    expect(first.failed, first.output).toBe(0);
    expect(first.changed).toBeGreaterThan(5);
    const again = await play('article.yml');
    expect([again.changed, again.failed], again.output).toEqual([0, 0]);
  });

  it("operate VMs and hosts, and upgrade the cluster by the collection's role", async () => {
    const { failed, output } = await play('operations.yml');
    expect(failed, output).toBe(0);
    const asked = await journal();
    const upgrades = asked.filter(({ text }) => /^POST \S+\/hosts\/[\w-]+\/upgrade\n/.test(text));
    expect(upgrades.map(({ status }) => status)).toEqual([200]);
    // Modules that show all of an entity skip the lists below VMs that they are refused.
    const missing = asked.filter(({ status }) => status === 501).map(({ text }) => text.replace(/[\w-]{36}/, 'ID'));
    expect(missing.filter((text) => !/^GET \S+\/vms\/ID\/\w+$/.test(text))).toEqual([]);
  });
});
