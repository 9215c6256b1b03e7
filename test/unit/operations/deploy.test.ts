import { describe, expect, it } from 'vitest';
import type { HostStatus } from '../../../activities/host/parse/vm-status.ts';
import { deployHostedEngine, stageOfDeployment } from '../../../activities/hosted-engine/deploy.ts';
import { block, NO_ENGINE } from './ha-hosts.ts';
import { contextOf, LUN } from './site.ts';

const secretsFile = '/run/ovirt-runbooks/hosted-engine-secrets.conf';
const answers = '/var/lib/ovirt-hosted-engine-setup/answers/ovirt-runbooks-ovirt.test.local.conf';

const context = contextOf();

type Facts = Parameters<typeof deployHostedEngine.decide>[0];

const healthy = block(1);
const bare: Facts = {
  engine: NO_ENGINE,
  lun: {
    wwid: LUN,
    map: { wwid: LUN, dm: 'dm-3', vendor: 'DELL', product: 'MD38xxf', size: '150G', readOnly: false, paths: [] },
    signatures: [],
    children: [],
  },
  enabled: ['libvirtd'],
};
const deployed: Facts = {
  enabled: ['libvirtd'],
  engine: {
    ...bare.engine,
    deployed: true,
    fqdn: 'ovirt.test.local',
    bridge: true,
    running: ['vdsmd'],
    status: { globalMaintenance: false, hosts: [healthy] },
  },
  lun: { ...bare.lun, volumeGroup: '2639f482', signatures: ['LVM2_member'] },
};
const decide = (facts: Facts) => deployHostedEngine.decide(facts, { host: 'host1' }, context);
const commands = (facts: Facts) => decide(facts).changes.map(({ argv }) => argv.join(' '));

describe('deployHostedEngine', () => {
  it('hands the secrets over by standard input, runs the tool once, and takes the secrets back', async () => {
    const decision = decide(bare);
    expect(decision.state).toBe('wouldDo');
    expect(commands(bare)).toEqual([
      `install -D -m 0600 /dev/null ${secretsFile}`,
      `dd of=${secretsFile} status=none`,
      `hosted-engine --deploy --config-append=${answers} --config-append=${secretsFile}`,
      `rm -f ${secretsFile}`,
    ]);
    const [create, handOver, , takeBack] = decision.changes;
    expect(create?.before).toBe(true);
    expect(handOver?.before).toBe(true);
    expect(takeBack?.always).toBe(true);
    expect(await handOver?.secretStdin?.()).toContain(
      'OVEHOSTED_ENGINE/adminPassword=str:secret of password of the engine administrator',
    );
    expect(JSON.stringify(decision)).not.toContain('secret of');
  });

  it('registers the cleanup as its undo', () => {
    expect(decide(bare).undo?.call).toEqual({
      operation: 'cleanUpHostedEngine',
      params: { host: 'host1', engineFqdn: 'ovirt.test.local', lun: LUN, enabledBefore: ['libvirtd'] },
    });
    // What stays is told by the cleanup, once it is known.
    expect(decide(bare).leaves).toBeUndefined();
  });

  it('remembers which ports were open, so that its undo closes the others', () => {
    expect(decide({ ...bare, ports: ['22/tcp'] }).undo?.call.params).toMatchObject({ portsBefore: ['22/tcp'] });
    expect(decide(bare).undo?.call.params).not.toHaveProperty('portsBefore');
  });

  it.each<[string, Partial<Facts['engine']>]>([
    ['the bootstrap VM', { bootstrapVm: true }],
    ['the bridge', { bridge: true }],
    ['services', { running: ['vdsmd', 'ovirt-ha-agent'] }],
  ])('cleans up first when an earlier attempt left %s', (_what, left) => {
    const facts = { ...bare, engine: { ...bare.engine, ...left } };
    const found = commands(facts);
    expect(found.indexOf('ovirt-hosted-engine-cleanup -q')).toBeGreaterThan(-1);
    expect(found.indexOf('ovirt-hosted-engine-cleanup -q')).toBeLessThan(
      found.findIndex((command) => command.startsWith('hosted-engine --deploy')),
    );
  });

  it('does nothing when the engine is there and healthy', () => {
    const { state, changes, output } = decide(deployed);
    expect([state, changes, output]).toEqual(['already', [], { fqdn: 'ovirt.test.local', hostId: 1, score: 3400 }]);
  });

  it('is not done while a file with passwords lies there', () => {
    const facts = { ...deployed, engine: { ...deployed.engine, secretsFile: true } };
    expect(decide(facts).state).toBe('wouldDo');
    expect(commands(facts)).toEqual([`rm -f ${secretsFile}`]);
  });

  it.each<[string, Partial<HostStatus>]>([
    ['stale', { live: false }],
    ['powering down', { detail: 'Powering down' }],
    ['not answering', { health: 'bad' }],
    ['down', { vm: 'down_unexpected', health: 'bad', detail: 'Down' }],
  ])('never runs over an engine that is %s', (_what, status) => {
    const hosts = [{ ...healthy, ...status }];
    const facts = { ...deployed, engine: { ...deployed.engine, status: { globalMaintenance: false, hosts } } };
    expect(decide(facts)).toMatchObject({ state: 'refused', changes: [] });
    expect(decide(facts).findings?.[0]?.what).toContain('engine ovirt.test.local is deployed on host1 but not healthy');
  });

  it('never runs over another engine', () => {
    const facts = { ...deployed, engine: { ...deployed.engine, fqdn: 'other.test.local' } };
    expect(decide(facts).findings?.[0]?.what).toBe('another hosted engine, other.test.local, is deployed on host1');
  });

  it('refuses a LUN that carries anything, and says how to empty it', () => {
    const facts = { ...bare, lun: { ...bare.lun, volumeGroup: '2639f482', signatures: ['LVM2_member'] } };
    expect(decide(facts)).toMatchObject({
      state: 'refused',
      changes: [],
      findings: [
        {
          what: `LUN ${LUN} on host1 is not empty: volume group 2639f482; signature LVM2_member`,
          fix: `Make sure that nothing needs what is on it, then on host1: vgremove -f 2639f482; wipefs -a /dev/mapper/${LUN}`,
        },
      ],
    });
  });

  it('refuses a LUN that is not there', () => {
    const { map: _gone, ...unseen } = bare.lun;
    expect(decide({ ...bare, lun: unseen })).toMatchObject({
      state: 'refused',
      findings: [{ what: `LUN ${LUN} is not visible on host1` }],
    });
  });
});

describe('the end of a deployment', () => {
  const end = '[ INFO  ] Stage: Termination\n[ INFO  ] Hosted Engine successfully deployed\n';

  it.each([
    [0, end, undefined],
    [
      0,
      '[ INFO  ] Stage: Termination\n',
      'hosted-engine --deploy ended with 0 but did not say "Hosted Engine successfully deployed"',
    ],
    [1, end, 'hosted-engine --deploy ended with 1'],
  ])('exit code %d with %j', (code, log, complaint) => {
    expect(deployHostedEngine.judge?.({ code, log })).toBe(complaint);
  });

  it.each([
    ['[ INFO  ] Stage: Environment setup (late)\n', 'Environment setup (late)'],
    [
      '[ INFO  ] Stage: Closing up\n[ INFO  ] TASK [ovirt.hosted_engine_setup : Get local VM IP]\n[ INFO  ] ok: [localhost]\n',
      'Get local VM IP',
    ],
    [
      '[ INFO  ] TASK [ovirt.hosted_engine_setup : Copy local VM disk]\n[ INFO  ] Creating Target VM\n',
      'Creating Target VM',
    ],
    ['nothing of that kind\n', undefined],
  ])('stage of %j', (log, stage) => {
    expect(stageOfDeployment(log)).toBe(stage);
  });
});
