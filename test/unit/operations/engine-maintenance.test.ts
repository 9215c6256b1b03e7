import { describe, expect, it } from 'vitest';
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
  const decide = (seen: ReturnType<typeof facts>) => activateHost.decide(seen, { host: 'host2' }, context);

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
