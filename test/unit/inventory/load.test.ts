import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadInventory, parseInventory } from '../../../inventory/load.ts';
import { problems, problemsOf, SMALL } from './problems-of.ts';

describe('a small inventory', () => {
  it('gets its defaults', () => {
    const { inventory } = parseInventory(SMALL, 'f');
    expect(inventory.profile).toEqual({ name: 'ovirt-4.3' });
    expect(inventory.engine).toMatchObject({
      url: 'https://127.0.0.1:4443/ovirt-engine',
      user: 'admin@internal',
      dataCenter: 'Default',
      cluster: 'Default',
      vcpus: 4,
      memoryMiB: 16384,
      diskGiB: 51,
    });
    expect(inventory.hosts[0]?.ssh).toMatchObject({ port: 40001, user: 'root' });
    expect(inventory.timing).toEqual({ scale: 1 });
  });

  it('has a digest that only its meaning changes', () => {
    const { digest } = parseInventory(SMALL, 'f');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const [profile = '', ...rest] = SMALL.split('\n');
    const reordered = `# a comment\n${rest.join('\n')}timing: { scale: 1 }\n${profile}\n`;
    expect(parseInventory(reordered, 'g').digest).toBe(digest);
    expect(parseInventory(SMALL.replace('40001', '40002'), 'f').digest).not.toBe(digest);
  });
});

describe('a problem is one sentence with its line', () => {
  it.each<[string, string, string]>([
    [
      'profile: ovirt-4.3',
      'profile: ovirt-9',
      'f:1: profile is "ovirt-9", but must be one of ovirt-4.3, or such a name with what differs: { name: … }.',
    ],
    [
      'profile: ovirt-4.3',
      'profile: { name: ovirt-4.4 }',
      'f:1: profile.name is "ovirt-4.4", but must be one of ovirt-4.3 (did you mean ovirt-4.3?).',
    ],
    [
      'profile: ovirt-4.3\n',
      '',
      'f:1: profile is missing; it must be one of ovirt-4.3, or such a name with what differs: { name: … }.',
    ],
    [
      'fqdn: ovirt.test.local',
      'fqdn: ovirt',
      'f:3: engine.fqdn is "ovirt", but must be a fully qualified domain name, such as host1.example.com.',
    ],
    [
      'fqdn: ovirt.test.local',
      'fqdn:',
      'f:3: engine.fqdn is empty: Name of the engine, as hosts and browsers resolve it; must resolve both ways.',
    ],
    [
      'https://127',
      'http://127',
      'f:4: engine.url is "http://127.0.0.1:4443/ovirt-engine/", but must look like https://ovirt.example.com/ovirt-engine.',
    ],
    [
      '    address: 127.0.0.1\n',
      '',
      'f:8: hosts[0].address is missing; it must be an IP address or a DNS name that the worker can reach.',
    ],
    ['port: 40001', 'port: 70000', 'f:11: hosts[0].ssh.port is 70000, but must be a port between 1 and 65535.'],
    ['port: 40001', 'port: "22"', 'f:11: hosts[0].ssh.port is "22", but must be a number.'],
    [
      ', key: { file: secrets/id_ed25519 }',
      '',
      'f:11: hosts[0].ssh must name a way to log in: key, password or agent: true.',
    ],
    [
      'key: { file: secrets/id_ed25519 }',
      'key: { flie: x }',
      'f:11: hosts[0].ssh.key must say where the secret is found: { env: NAME }, { file: PATH } or { command: [PROGRAM, …] }.',
    ],
    [
      'role: hostedEngine',
      'role: hostedengine',
      'f:12: hosts[0].role is "hostedengine", but must be one of hostedEngine, host (did you mean hostedEngine?).',
    ],
    [
      'role: hostedEngine',
      'rol: hostedEngine',
      'f:12: hosts[0].rol is not a known field (did you mean role?); allowed here: name, fqdn, address, ssh, role, managementInterface, bmc.',
    ],
    [
      'role: hostedEngine',
      'bmc: { agent: Drac5, address: 10.0.0.5, user: root, password: { env: BMC } }',
      'f:12: hosts[0].bmc.agent is "Drac5", but must be a fence agent as the engine names it, such as drac5, ipmilan or redfish.',
    ],
    [
      'role: hostedEngine',
      'bmc: { agent: drac5, address: 10.0.0.5, user: root, password: { env: BMC }, options: { secure: [yes] } }',
      'f:12: hosts[0].bmc.options.secure must be a text, a number, true or false.',
    ],
    [
      '3600a098000e4b4b3000003c95d171065',
      '/dev/mapper/mpatha',
      'f:14: storage.hostedEngine.lun is "/dev/mapper/mpatha", but must be the WWID that `multipath -ll` shows, such as 3600a098000e4b4b3000003c95d171065.',
    ],
    [
      '3600a098000e4b4b3000003c95d171065',
      '360009800044443000000395171065001',
      'f:14: storage.hostedEngine.lun is read as a number; put it in quotes: "360009800044443000000395171065001".',
    ],
    ['type: fc', 'type: nfs', 'f:14: storage.hostedEngine.type is "nfs", but must be one of fc.'],
  ])('%s → %s', (from, to, sentence) => {
    expect(problems([from, to])).toEqual([sentence]);
  });

  it('and never shows what may be a secret', () => {
    const sentences = problems(
      ['{ file: secrets/engine-admin-password }', 'hunter22'],
      ['{ file: secrets/engine-root-password }', '{ env: "hunter 22" }'],
    );
    expect(sentences).toEqual([
      'f:5: engine.password must say where the secret is found: { env: NAME }, { file: PATH } or { command: [PROGRAM, …] }.',
      'f:6: engine.rootPassword.env must be the name of an environment variable.',
    ]);
  });

  it('and all of them are told at once, in the order of the file', () => {
    const sentences = problems(
      ['ovirt.test.local', 'x'],
      ['40001', '0'],
      ['hostedEngine\n', 'other\n'],
      ['type: fc', 'type: x'],
    );
    expect(sentences.map((sentence) => sentence.split(':')[1])).toEqual(['3', '11', '12', '14']);
  });

  it.each([
    ['', 'f:1: the inventory is empty.'],
    ['- a', 'f:1: the inventory must be a group of fields.'],
    [`${SMALL}timing: {}\ntiming: {}\n`, 'f:16: this is not valid YAML: Map keys must be unique.'],
    [SMALL.replace('{ type: fc', '{ type: fc }'), 'f:14: this is not valid YAML:'],
  ])('also when the file is none: %#', (text, sentence) => {
    expect(problemsOf(text)[0]).toContain(sentence);
  });

  it('when engine.ca and engine.fingerprint contradict each other', () => {
    const fingerprint = Array(32).fill('AB').join(':');
    const sentences = problems(['  password:', `  ca: { file: ca.pem }\n  fingerprint: "${fingerprint}"\n  password:`]);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/^f:6: engine\.fingerprint .*must be left out when ca is given/);
  });
});

describe('hosts', () => {
  const second = (name: string, fqdn: string, address: string, ssh: string) =>
    problems([
      '    role: hostedEngine\n',
      `    role: hostedEngine\n  - name: ${name}\n    fqdn: ${fqdn}\n    address: ${address}\n    ssh: ${ssh}\n`,
    ]);

  it('need names and addresses of their own', () => {
    expect(second('HOST1', 'host1.test.local', '127.0.0.1', '{ port: 40001, agent: true }')).toEqual([
      'f:13: hosts[1].name is HOST1, which hosts[0] in line 8 has already; each host needs its own.',
      'f:14: hosts[1].fqdn is host1.test.local, which hosts[0] in line 9 has already; each host needs its own.',
      'f:15: hosts[1].address is 127.0.0.1 port 40001, which hosts[0] in line 10 has already; each host needs its own.',
    ]);
  });

  it('may share an address when their ports differ', () => {
    expect(second('host2', 'host2.test.local', '127.0.0.1', '{ agent: true }')).toEqual([]);
  });

  it('are compared even when other things are wrong', () => {
    expect(second('host1', 'host2', '127.0.0.2', '{ agent: true }')).toHaveLength(2);
  });
});

describe('loadInventory', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'inventory-'));
  });

  afterAll(() => rm(directory, { recursive: true }));

  it('reads the file, says where it lies, and reads it again only when it has changed', async () => {
    const file = join(directory, 'datacenter.yaml');
    await writeFile(file, SMALL);
    const first = await loadInventory(file);
    expect(first.directory).toBe(directory);
    await expect(loadInventory(file)).resolves.toBe(first);
    await writeFile(file, SMALL.replace('40001', '4000'));
    const second = await loadInventory(file);
    expect(second.inventory.hosts[0]?.ssh.port).toBe(4000);
    expect(second.digest).not.toBe(first.digest);
  });

  it('says which file is missing or wrong', async () => {
    const missing = join(directory, 'nowhere.yaml');
    await expect(loadInventory(missing)).rejects.toMatchObject({
      type: 'InvalidInventory',
      message: `Cannot read the inventory ${missing}: there is no such file.`,
    });
    const wrong = join(directory, 'wrong.yaml');
    await writeFile(wrong, 'hosts: 3\n');
    await expect(loadInventory(wrong)).rejects.toMatchObject({
      type: 'InvalidInventory',
      message: expect.stringContaining(`${wrong}:1: hosts is 3, but must be a list.`),
      details: {
        problems: expect.arrayContaining([{ line: 1, path: 'hosts', sentence: 'hosts is 3, but must be a list.' }]),
      },
    });
  });
});
