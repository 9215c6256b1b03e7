import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../../../failures/operator-error.ts';
import { loadInventory, parseInventory } from '../../../inventory/load.ts';

const SMALL = `\
profile: ovirt-4.3
engine:
  fqdn: ovirt.test.local
  url: https://127.0.0.1:4443/ovirt-engine/
  password: { file: secrets/engine-admin-password }
  rootPassword: { file: secrets/engine-root-password }
hosts:
  - name: host1
    fqdn: host1.test.local
    address: 127.0.0.1
    ssh: { port: 40001, key: { file: secrets/id_ed25519 } }
    role: hostedEngine
storage:
  hostedEngine: { type: fc, lun: 3600a098000e4b4b3000003c95d171065 }
`;

/** The sentences, without the name of the file, that a changed inventory gets. */
function problems(...changes: [from: string, to: string][]): string[] {
  let text = SMALL;
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, () => to);
  }
  return problemsOf(text);
}

function problemsOf(text: string): string[] {
  try {
    parseInventory(text, 'f');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    expect((error as OperatorError).type).toBe('InvalidInventory');
    return (error as OperatorError).message.split('\n');
  }
}

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

describe('what the datacentre is to contain', () => {
  const NETWORK = '{ name: vlan432, vlan: 432, interface: bond1 }';
  const VM = '{ name: vm1, disk: { sizeGiB: 11, domain: data1 }, networks: [vlan432] }';
  const DOMAIN = '{ name: data1, lun: 3600a098000e4b4b3000003175cec1840 }';
  const wished = (fields: { domain?: string; networks?: string; isos?: string; vms?: string }) => {
    const { domain = DOMAIN, networks = NETWORK, isos = '', vms = VM } = fields;
    return `${SMALL}  dataDomains: [${domain}]\nnetworks: [${networks}]\nisos: [${isos}]\nvms: [${vms}]\n`;
  };

  it('is nothing by default', () => {
    const { inventory } = parseInventory(SMALL, 'f');
    expect(inventory).toMatchObject({ storage: { dataDomains: [] }, cluster: {}, networks: [], isos: [], vms: [] });
  });

  it('gets its defaults', () => {
    const { inventory } = parseInventory(wished({}), 'f');
    expect(inventory.storage.dataDomains).toEqual([
      { name: 'data1', type: 'fc', lun: '3600a098000e4b4b3000003175cec1840' },
    ]);
    expect(inventory.networks[0]).toMatchObject({ mtu: 1500, vmNetwork: true, required: false });
    expect(inventory.vms[0]).toMatchObject({ memoryMiB: 2048, vcpus: 2, disk: { format: 'thin' }, console: 'vnc' });
  });

  it('may lie in the domain and the network that every deployment makes', () => {
    const vms = VM.replace('data1', 'hosted_storage').replace('vlan432', 'ovirtmgmt');
    expect(problemsOf(wished({ vms }))).toEqual([]);
  });

  it.each<[Parameters<typeof wished>[0], string]>([
    [
      { domain: '{ name: data1, type: nfs, address: nas.test.local }' },
      'f:15: storage.dataDomains[0].path is missing; it must be given with type nfs.',
    ],
    [
      { domain: '{ name: data1, type: nfs, address: nas.test.local, path: /data, nfsVersion: 4.1 }' },
      'f:15: storage.dataDomains[0].nfsVersion is 4.1, but must be auto, v3, v4, v4_1 or v4_2.',
    ],
    [
      { domain: '{ name: data1, type: nfs, address: nas.test.local, path: /data, mountOptions: "noatime,vers=3" }' },
      'f:15: storage.dataDomains[0].mountOptions is "noatime,vers=3", but may not name timeo, retrans, vfs_type, protocol_version, nfsvers, vers, minorversion, addr, clientaddr, which oVirt sets itself.',
    ],
    [
      { domain: DOMAIN.replace('}', ', port: 3261 }') },
      'f:15: storage.dataDomains[0].port is 3261, but must be left out with type fc.',
    ],
    [
      {
        domain:
          '{ name: data1, type: iscsi, address: 10.0.0.5, target: "iqn.2019-11.com.example:a", lun: "36001405f3c1d2a4b5e64f0a9c8d7e6f5", otherPortals: [{ address: 10.0.0.6 }, { address: 10.0.0.5, port: 3260 }] }',
      },
      'f:15: storage.dataDomains[0].otherPortals[1].address is "10.0.0.5", but must be a portal that the domain does not have yet.',
    ],
    [
      { networks: NETWORK.replace('vlan: 432', 'vlan: 4095') },
      'f:16: networks[0].vlan is 4095, but must be a VLAN id between 1 and 4094.',
    ],
    [
      { vms: VM.replace('domain: data1', 'domain: data2') },
      'f:18: vms[0].disk.domain names the storage domain "data2", which this file does not describe (did you mean data1?); described are data1, hosted_storage.',
    ],
    [
      { vms: VM.replace('[vlan432]', '[vlan433]') },
      'f:18: vms[0].networks[0] names the network "vlan433", which this file does not describe (did you mean vlan432?); described are vlan432, ovirtmgmt.',
    ],
    [
      { vms: VM.replace('name: vm1', 'name: vm1, iso: a.iso') },
      'f:18: vms[0].iso names the image "a.iso", which this file does not describe; none is described.',
    ],
    [{ vms: `${VM}, ${VM}` }, 'f:18: vms[1].name is vm1, which vms[0] in line 18 has already; each VM needs its own.'],
  ])('%j → %s', (fields, sentence) => {
    expect(problemsOf(wished(fields))).toEqual([sentence]);
  });

  it('calls an image without a name as its file', () => {
    const fields = {
      isos: '{ file: images/a.iso, domain: data1 }',
      vms: VM.replace('name: vm1', 'name: vm1, iso: a.iso'),
    };
    expect(problemsOf(wished(fields))).toEqual([]);
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
