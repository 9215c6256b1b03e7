import { describe, expect, it } from 'vitest';
import { addHostToEngine, migrateEngineVm, takeHostedEngineOff } from '../../../activities/engine/index.ts';
import type { Change, OperationContext } from '../../../activities/operation.ts';
import { renderCommand } from '../../../activities/runtime/render-command.ts';
import type { Inventory } from '../../../inventory/schema.ts';

const host = { name: 'host3', fqdn: 'host3.test.local', address: '10.0.0.3', ssh: { port: 22 } };
const context = { inventory: { hosts: [host] } as unknown as Inventory } as OperationContext;
const HE = { active: true, configured: true, score: 3400, global_maintenance: false, local_maintenance: false };

type Event = { code: number; description: string; severity?: string };
const trace = (events: readonly Event[] = []) => ({
  begun: events.length > 0,
  events: events.map((event, index) => ({ index, severity: 'normal', ...event })),
});
const seen = (status: string, extra: object = {}) => ({
  id: '7',
  name: 'host3',
  address: 'a',
  status,
  vms: [],
  ...extra,
});
const lines = (changes: readonly Change[]) => changes.map((change) => renderCommand(change).replace(/ \{.*/, ''));

describe('addHostToEngine', () => {
  const decide = (
    now: ReturnType<typeof seen> | undefined,
    events: readonly Event[] = [],
    port = 22,
    release = '4.3.10.4-1.el7',
    hostedEngine = true,
  ) =>
    addHostToEngine.decide(
      { seen: now, trace: trace(events), release },
      { host: 'host3', cluster: 'C', hostedEngine },
      {
        inventory: { hosts: [{ ...host, ssh: { port } }] } as unknown as Inventory,
      } as OperationContext,
    );

  it.each([
    ['maintenance', {}, ['POST /hosts/7/install']],
    ['maintenance', { hosted_engine: HE }, ['POST /hosts/7/activate']],
    ['install_failed', {}, ['POST /hosts/7/install']],
    ['non_operational', { hosted_engine: HE }, ['POST /hosts/7/activate']],
    ['up', {}, ['POST /hosts/7/deactivate', 'POST /hosts/7/install']],
  ])('a host that is %s %j: what is still to come', (status, extra, expected) => {
    const decision = decide(seen(status, extra));
    expect([decision.state, lines(decision.changes)]).toEqual(['wouldDo', expected]);
  });

  it('tells the engine a port of sshd that is not the usual one', () => {
    expect(JSON.stringify(decide(undefined, [], 2222).changes)).toContain('"port":2222');
    expect(JSON.stringify(decide(undefined).changes)).not.toContain('port');
  });

  it('waits for the HA data of a host that it has installed, which come after the status', () => {
    expect(decide(seen('up'), [{ code: 504, description: 'Host host3 installed' }])).toMatchObject({
      state: 'underWay',
      awaits: 'host3 is up: Host host3 installed',
    });
    expect(decide(seen('up', { hosted_engine: HE })).state).toBe('already');
  });

  it('fails by its own installation only, with the lines of that', () => {
    const failed = { code: 505, description: 'Host host3 installation failed. Yum: no mirror.', severity: 'error' };
    const alert = { code: 9000, description: 'Failed to verify Power Management', severity: 'alert' };
    expect(decide(seen('install_failed'), [alert, failed]).failed).toEqual({
      what: 'the installation of host3 failed',
      lines: [failed.description],
    });
    expect(decide(seen('install_failed')).failed).toBeUndefined();
  });

  it('begins anew what the engine was doing when it was started anew', () => {
    const installing = { code: 509, description: 'Installing Host host3. Stage: Package installation.' };
    const start = { code: 1, description: 'Starting oVirt Engine.' };
    expect(decide(seen('install_failed'), [installing, start]).failed).toEqual({
      what: 'the engine was started anew while it installed host3',
      lines: [installing.description, start.description],
    });
    expect(decide(seen('installing'), [installing, start]).failed).toBeUndefined();
    expect(decide(seen('maintenance'), [start]).failed).toBeUndefined();
    expect(decide(seen('up'), [installing, start, { code: 504, description: 'Host host3 installed' }]).state).toBe(
      'underWay',
    );
  });

  it('adds once more what an engine before 4.3.10 would install again without the hosted engine', () => {
    const old = (status: string, extra: object = {}) => decide(seen(status, extra), [], 22, '4.3.7.2-1.el7');
    expect(lines(old('install_failed').changes)).toEqual([
      'DELETE /hosts/7',
      'POST /hosts?deploy_hosted_engine=true&activate=true',
    ]);
    expect(old('up')).toMatchObject({
      state: 'refused',
      findings: [{ what: 'engine 4.3.7.2-1.el7 would install host3 again without the hosted engine' }],
    });
    expect(lines(old('maintenance', { hosted_engine: HE }).changes)).toEqual(['POST /hosts/7/activate']);
  });

  it('asks for people where no request would help', () => {
    expect(decide(seen('pending_approval'))).toMatchObject({
      state: 'refused',
      findings: [{ what: 'host3 is pending_approval in the engine' }],
    });
  });
});

describe('takeHostedEngineOff', () => {
  const decide = (
    now: ReturnType<typeof seen> | undefined,
    to: 'absent' | 'maintenance' | 'up',
    events: Event[] = [],
  ) => takeHostedEngineOff.decide({ seen: now, trace: trace(events) }, { host: 'host3', to }, context);

  it.each([
    ['up', { hosted_engine: HE }, 'absent', ['POST /hosts/7/deactivate', 'POST /hosts/7/install', 'DELETE /hosts/7']],
    ['up', { hosted_engine: HE }, 'up', ['POST /hosts/7/deactivate', 'POST /hosts/7/install']],
    ['maintenance', { hosted_engine: HE }, 'maintenance', ['POST /hosts/7/install']],
    ['maintenance', {}, 'absent', ['DELETE /hosts/7']],
    ['maintenance', {}, 'up', ['POST /hosts/7/activate']],
    ['install_failed', {}, 'absent', ['DELETE /hosts/7']],
    ['non_operational', {}, 'absent', ['POST /hosts/7/deactivate', 'DELETE /hosts/7']],
  ] as const)('from %s %j to %s', (status, extra, to, expected) => {
    const decision = decide(seen(status, extra), to);
    expect([decision.state, lines(decision.changes)]).toEqual(['wouldDo', expected]);
  });

  it('takes its own installation for proof, because a host in maintenance shows old HA data', () => {
    const installed = [{ code: 504, description: 'Host host3 installed' }];
    expect(lines(decide(seen('maintenance', { hosted_engine: HE }), 'absent', installed).changes)).toEqual([
      'DELETE /hosts/7',
    ]);
  });

  it('believes the host, not the engine, and names its block of the metadata', () => {
    const installed = [{ code: 504, description: 'Host host3 installed' }];
    const facts = { seen: seen('maintenance'), trace: trace(installed), deployed: true };
    expect(takeHostedEngineOff.decide(facts, { host: 'host3', to: 'absent' }, context).failed?.what).toBe(
      'the engine has installed host3 again, and the hosted engine is still deployed on it',
    );
    const gone = { ...facts, seen: undefined, deployed: false, block: 3, localMaintenance: true };
    expect(takeHostedEngineOff.decide(gone, { host: 'host3', to: 'absent' }, context).leaves).toMatchObject({
      what: expect.stringMatching(/block 3 of the shared metadata.*flag of local maintenance/),
      byHand: expect.stringContaining('hosted-engine --clean-metadata --host-id=3 --force-cleanup'),
    });
  });

  it('is done with a host that the engine does not have, and says what stays on the machine', () => {
    expect(decide(undefined, 'absent', [{ code: 44, description: 'removed' }])).toMatchObject({
      state: 'already',
      leaves: { what: expect.stringContaining('bridge ovirtmgmt') },
    });
    expect(decide(undefined, 'absent').leaves).toBeUndefined();
    expect(decide(seen('up'), 'up').state).toBe('already');
  });
});

describe('migrateEngineVm', () => {
  const at = (name: string, status = 'up') => ({ ...seen(status), id: name, name, inventoryName: name });
  const decide = (status: string, from: string | undefined, to = at('host2'), events: Event[] = []) =>
    migrateEngineVm.decide(
      {
        vm: { id: 'v', name: 'HostedEngine', status },
        from: from === undefined ? undefined : at(from),
        to,
        trace: trace(events),
      },
      { host: 'host2' },
      context,
    );

  it('is done only where the VM is up on the wished host', () => {
    expect(decide('up', 'host2').state).toBe('already');
    expect(decide('migrating', 'host2').state).toBe('underWay');
    expect(decide('up', 'host1')).toMatchObject({
      state: 'wouldDo',
      undo: { call: { operation: 'migrateEngineVm', params: { host: 'host1' } } },
    });
  });

  it('refuses a host that is not up, and a VM that does not run', () => {
    expect(decide('up', 'host1', at('host2', 'maintenance')).findings?.[0]?.what).toBe(
      'host2 is maintenance in the engine',
    );
    expect(decide('down', undefined).findings?.[0]?.what).toBe('the engine VM is down, so it cannot be migrated');
  });

  it('ends at once when its own migration has failed', () => {
    const failed = { code: 65, description: 'Migration failed (VM: HostedEngine).', severity: 'error' };
    expect(decide('up', 'host1', at('host2'), [failed]).failed?.lines).toEqual([failed.description]);
  });
});
