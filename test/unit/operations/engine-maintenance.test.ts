import { describe, expect, it } from 'vitest';
import type { Whereabouts } from '../../../activities/engine/given-away.ts';
import { activateHost, deactivateHost } from '../../../activities/engine/index.ts';
import type { OperationContext } from '../../../activities/operation.ts';
import { correlationId } from '../../../activities/runtime/correlation-id.ts';

const context = {} as OperationContext;
const facts = (status: string, extra: object = {}, events: { code: number; description: string }[] = []) => ({
  host: { id: '7', name: 'host2.test.local', address: 'a', status, vms: [], ...extra },
  trace: {
    begun: events.length > 0,
    events: events.map((event, index) => ({ index, severity: event.code === 519 ? 'warning' : 'normal', ...event })),
  },
});

describe('activateHost', () => {
  const decide = (seen: ReturnType<typeof facts>, away: readonly Whereabouts[] = []) =>
    activateHost.decide({ ...seen, away }, { host: 'host2' }, context);

  it.each([
    ['up', 'already'],
    ['maintenance', 'wouldDo'],
    ['non_operational', 'wouldDo'],
    ['unassigned', 'underWay'],
    ['connecting', 'underWay'],
    ['install_failed', 'refused'],
  ])('a host that is %s: %s', (status, state) => {
    expect(decide(facts(status)).state).toBe(state);
  });

  it('fails at once, with the engine’s reason, when the host that it activated becomes non operational', () => {
    const activated = { code: 16, description: 'Activation of host host2 was initiated by admin.' };
    const missing = { code: 519, description: "Host host2 does not comply with the cluster networks: 'net1'" };
    const seen = facts('non_operational', { status_detail: 'network_unreachable' }, [activated, missing]);
    expect(decide(seen)).toMatchObject({
      state: 'underWay',
      failed: { what: 'host2 became non operational: network_unreachable', lines: [missing.description] },
    });
  });

  it('names the VMs that its maintenance has moved, once the last of them has left or stayed', () => {
    const engine = { id: '1', name: 'HostedEngine', isEngine: true, status: 'up', at: 'host1' };
    const vm1 = { id: '2', name: 'vm1', isEngine: false, status: 'migrating', at: 'host2' };
    const vm2 = { id: '3', name: 'vm2', isEngine: false };
    const early = decide(facts('up'), [engine, vm1, vm2]);
    expect(early).toMatchObject({ state: 'underWay', awaits: 'vm1 is still leaving host2' });
    expect(early).not.toHaveProperty('leaves');
    expect(decide(facts('up'), [engine, { ...vm1, status: 'up' }, vm2])).toMatchObject({
      state: 'already',
      leaves: {
        what: 'the engine VM runs on host1, vm2 runs on no host; before the maintenance of host2 they ran there',
        byHand: 'run moveHostedEngine with {"to":"host2"}; start vm2 in the Administration Portal',
      },
    });
    expect(decide(facts('up'), [{ ...vm1, at: 'host1' }])).toMatchObject({
      state: 'already',
      leaves: {
        what: 'vm1 runs on host1; before the maintenance of host2 it ran there',
        byHand: 'migrate vm1 to host2 in the Administration Portal',
      },
    });
    expect(decide(facts('up'), [{ ...vm1, status: 'up' }])).not.toHaveProperty('leaves');
  });

  it('shows the newest event as progress', () => {
    const seen = facts('unassigned', {}, [{ code: 16, description: 'Activation was initiated.' }]);
    expect(decide(seen).awaits).toBe('host2 is unassigned: Activation was initiated.');
  });
});

describe('deactivateHost', () => {
  it('waits for the VMs by name', () => {
    const seen = facts('preparing_for_maintenance', { vms: [{ name: 'vm1' }, { name: 'vm2' }] });
    expect(deactivateHost.decide(seen, { host: 'host2' }, context)).toMatchObject({
      state: 'underWay',
      changes: [],
      awaits: 'host2 is giving away vm1, vm2',
    });
  });

  it('gives its undo the VMs that it moves away, so that it can tell where they stay', () => {
    const vms = [{ id: '1', name: 'HostedEngine', status: 'up', origin: 'managed_hosted_engine' }];
    expect(deactivateHost.decide(facts('up', { vms }), { host: 'host2' }, context).undo).toEqual({
      title: 'Activate host2 again',
      call: {
        operation: 'activateHost',
        params: { host: 'host2', gaveAway: [{ id: '1', name: 'HostedEngine' }] },
      },
      byHand: 'activate host host2.test.local in the Administration Portal; before its maintenance it ran HostedEngine',
    });
  });

  it('waits for an installation before it asks', () => {
    expect(deactivateHost.decide(facts('installing'), { host: 'host2' }, context).state).toBe('underWay');
  });
});

describe('the correlation id of a step', () => {
  const step = { run: 'r', id: 'add-host2', title: 'Add host2', attempt: 1, pass: 'run' } as const;

  it('is a UUID, the same for plan and run, another one for each attempt and for the undo', () => {
    const id = correlationId(step);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(correlationId({ ...step, title: 'other', pass: 'plan' })).toBe(id);
    const others = [{ attempt: 2 }, { pass: 'undo' as const }, { run: 's' }, { id: 'add-host3' }];
    const ids = others.map((change) => correlationId({ ...step, ...change }));
    expect(new Set([id, ...ids]).size).toBe(5);
  });
});
