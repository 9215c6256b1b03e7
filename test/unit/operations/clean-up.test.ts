import { describe, expect, it } from 'vitest';
import { cleanUpHostedEngine } from '../../../activities/hosted-engine/clean-up.ts';
import { down, NO_ENGINE, on } from './ha-hosts.ts';
import { contextOf, LUN } from './site.ts';

const context = contextOf();

type Facts = Parameters<typeof cleanUpHostedEngine.decide>[0];

const off = { ...down('inactive/dead'), enabled: false };

const clean: Facts = {
  engine: NO_ENGINE,
  lun: { wwid: LUN, signatures: [], children: [] },
  units: { 'ovirt-ha-agent': off, 'ovirt-ha-broker': off, libvirtd: on, vdsmd: off },
  localVms: [],
  answerFiles: [],
  maintenanceFlags: false,
  rules: [],
  port: false,
  hostsLine: false,
  engineKey: false,
  network: false,
  packages: [],
};
const decide = (facts: Partial<Facts>) =>
  cleanUpHostedEngine.decide({ ...clean, ...facts }, { host: 'host1', enabledBefore: ['libvirtd'] }, context);
const commands = (facts: Partial<Facts>) => decide(facts).changes.map(({ argv }) => argv.join(' '));

describe('cleanUpHostedEngine', () => {
  it('has nothing to do on a clean host', () => {
    expect(decide({})).toMatchObject({ state: 'already', changes: [] });
    expect(decide({}).leaves).toBeUndefined();
  });

  it('closes the ports that the engine opened for good, and no others', () => {
    const facts = { ...clean, permanentPorts: ['22/tcp', '5000/tcp', '54321/tcp', '5900-6923/tcp'] };
    const params = { host: 'host1', enabledBefore: ['libvirtd'], portsBefore: ['5000/tcp', '22/tcp'] };
    expect(cleanUpHostedEngine.decide(facts, params, context).changes.map(({ argv }) => argv.join(' '))).toEqual([
      'firewall-cmd --remove-port=54321/tcp --remove-port=5900-6923/tcp',
      'firewall-cmd --permanent --remove-port=54321/tcp --remove-port=5900-6923/tcp',
    ]);
    expect(decide(facts).changes).toEqual([]);
  });

  it("names libvirt's network as the deployment left it", () => {
    expect(decide({ network: true })).toMatchObject({
      state: 'already',
      leaves: {
        what: "of the deployment on host1: libvirt's network default, as the deployment set it, with bridge virbr0",
        byHand: 'virsh net-destroy default, and virsh net-edit default for the addresses it had',
      },
    });
  });

  it('takes a whole deployment away in an order that works', () => {
    const facts: Partial<Facts> = {
      engine: { ...clean.engine, deployed: true, fqdn: 'ovirt.test.local', bridge: true, running: ['vdsmd'] },
      units: { ...clean.units, 'ovirt-ha-agent': on, 'ovirt-ha-broker': on },
      lun: { ...clean.lun, volumeGroup: '2639f482', signatures: ['LVM2_member'] },
      engineKey: true,
      packages: ['ovirt-engine-appliance'],
    };
    expect(commands(facts)).toEqual([
      'ovirt-hosted-engine-cleanup -q',
      'systemctl disable ovirt-ha-agent',
      'systemctl disable ovirt-ha-broker',
      'systemctl start libvirtd',
    ]);
    expect(decide(facts).evidence).toContain(`stays: LUN ${LUN}: volume group 2639f482; signature LVM2_member`);
    expect(decide(facts).leaves).toEqual({
      what: `of the deployment on host1: LUN ${LUN}: volume group 2639f482; signature LVM2_member; packages ovirt-engine-appliance; the SSH key of the engine in /root/.ssh/authorized_keys`,
      byHand: `if nothing on the LUN is needed: vgremove -f 2639f482; wipefs -a /dev/mapper/${LUN}; yum remove ovirt-engine-appliance; remove the line with ovirt-engine from /root/.ssh/authorized_keys`,
    });
  });

  it('takes half a deployment away, with what the tool of 4.3 leaves behind', () => {
    const facts: Partial<Facts> = {
      engine: { ...clean.engine, bootstrapVm: true, secretsFile: true },
      localVms: ['/var/tmp/localvmAbC'],
      answerFiles: ['/var/lib/ovirt-hosted-engine-setup/answers/answers-20191129131846.conf'],
      maintenanceFlags: true,
      rules: [100, 101],
      port: true,
      hostsLine: true,
    };
    expect(commands(facts)).toEqual([
      'ovirt-hosted-engine-cleanup -q',
      'systemctl start libvirtd',
      'virsh destroy HostedEngineLocal',
      'virsh undefine HostedEngineLocal',
      'rm -rf -- /var/tmp/localvmAbC /var/lib/ovirt-hosted-engine-setup/answers/answers-20191129131846.conf /var/lib/ovirt-hosted-engine-ha/ha.conf /run/ovirt-runbooks/hosted-engine-secrets.conf',
      'ip rule del priority 100',
      'ip rule del priority 101',
      'firewall-cmd --remove-port=6900/tcp',
      'sed -i /temporary entry added by hosted-engine-setup/d /etc/hosts',
    ]);
  });

  it('goes by no exit code of the cleanup tool', () => {
    const [tool] = decide({ engine: { ...clean.engine, bridge: true } }).changes;
    expect([0, 1, 127, 255].every((code) => tool?.okCodes?.includes(code))).toBe(true);
  });

  it('starts libvirtd again when the tool has stopped it, and leaves it off where it was off', () => {
    expect(commands({ units: { ...clean.units, libvirtd: { ...on, active: false } } })).toEqual([
      'systemctl start libvirtd',
    ]);
    const before = cleanUpHostedEngine.decide({ ...clean, units: { libvirtd: off } }, { host: 'host1' }, context);
    expect(before.state).toBe('already');
  });

  it('never touches the LUN', () => {
    const facts = { engine: { ...clean.engine, bridge: true }, lun: { ...clean.lun, volumeGroup: '2639f482' } };
    expect(commands(facts).filter((command) => /wipefs|vgremove|lvremove|dd |mapper/.test(command))).toEqual([]);
  });
});
