import { describe, expect, it } from 'vitest';
import { handOverSpm } from '../../../activities/engine/index.ts';
import type { Change, OperationContext } from '../../../activities/operation.ts';
import { renderCommand } from '../../../activities/runtime/render-command.ts';
import { migrateVm, powerOffVm, shutDownVm, startVm } from '../../../activities/vm/index.ts';

const context = {} as OperationContext;
const web = { vm: '7', name: 'web' };
type Event = { code: number; description: string };
const host = (name: string, status = 'up', spm = 'none', priority = 5) => ({
  id: `id-${name}`,
  name,
  inventoryName: name,
  address: name,
  status,
  spm: { status: spm, priority },
  vms: [],
});
const facts = (
  status: string,
  at: string | undefined,
  events: readonly Event[] = [],
  hosts = [host('host1'), host('host2')],
) => ({
  id: '7',
  status,
  ...(at !== undefined && { at }),
  hosts,
  trace: { begun: events.length > 0, events: events.map((event, index) => ({ index, severity: 'error', ...event })) },
});
const lines = (changes: readonly Change[]) => changes.map(renderCommand);

describe('migrateVm', () => {
  const away = (status: string, at?: string, events: Event[] = []) =>
    migrateVm.decide(facts(status, at, events), { ...web, away: 'host1' }, context);

  it('leaves the choice to the engine, and takes the VM back to where it was', () => {
    expect(away('up', 'host1')).toMatchObject({
      state: 'wouldDo',
      undo: { title: 'Move web back to host1', call: { params: { vm: '7', name: 'web', to: 'host1' } } },
    });
    expect(lines(away('up', 'host1').changes)).toEqual(['POST /vms/7/migrate {}']);
    const back = migrateVm.decide(facts('up', 'host2'), { ...web, to: 'host1' }, context);
    expect(lines(back.changes)).toEqual(['POST /vms/7/migrate {"host":{"id":"id-host1"}}']);
  });

  it('is done wherever else the VM runs, and with one that runs nowhere unless it is to prove something', () => {
    expect(away('up', 'host2').state).toBe('already');
    expect(away('down').state).toBe('already');
    expect(away('migrating', 'host1').state).toBe('underWay');
    const proof = migrateVm.decide(facts('down', undefined), { ...web, to: 'host1', runs: true }, context);
    expect(proof.state).toBe('refused');
    expect(proof.findings?.[0]?.what).toBe('web is down, on no host: it cannot be migrated');
    const failed = [{ code: 65, description: 'Migration failed (VM: web).' }];
    expect(away('up', 'host1', failed).failed?.lines).toEqual(['Migration failed (VM: web).']);
  });
});

describe('shutDownVm and startVm', () => {
  it('ask the guest system once, and start it again', () => {
    expect(lines(shutDownVm.decide(facts('up', 'host1'), web, context).changes)).toEqual(['POST /vms/7/shutdown {}']);
    expect(shutDownVm.decide(facts('powering_down', 'host1'), web, context)).toMatchObject({
      state: 'underWay',
      undo: { call: { operation: 'startVm' } },
    });
    expect(shutDownVm.decide(facts('down', undefined), web, context).state).toBe('already');
    expect(lines(startVm.decide(facts('down', undefined), web, context).changes)).toEqual(['POST /vms/7/start {}']);
    expect(startVm.decide(facts('powering_up', 'host1'), web, context).state).toBe('underWay');
    expect(startVm.decide(facts('up', 'host1'), web, context).state).toBe('already');
  });

  it('wait for an engine that has not looked at its hosts, and say why a VM does not start', () => {
    const early = facts('down', undefined, [], [host('host1', 'connecting')]);
    expect(startVm.decide(early, web, context)).toMatchObject({
      state: 'underWay',
      awaits: 'no host of the cluster of web is up yet',
    });
    const failed = facts('down', undefined, [{ code: 54, description: 'Failed to run VM web.' }]);
    expect(startVm.decide(failed, web, context).failed?.lines).toEqual(['Failed to run VM web.']);
  });
});

describe('startVm and powerOffVm', () => {
  it.each([
    ['up', 'already', 'wouldDo'],
    ['powering_up', 'underWay', 'wouldDo'],
    ['image_locked', 'underWay', 'underWay'],
    ['down', 'wouldDo', 'already'],
    ['paused', 'wouldDo', 'wouldDo'],
    ['not_responding', 'refused', 'wouldDo'],
  ])('%s: %s, %s', (status, start, off) => {
    expect(startVm.decide(facts(status, undefined), web, context).state).toBe(start);
    expect(powerOffVm.decide(facts(status, undefined), web, context).state).toBe(off);
  });

  it('power off what they have started; a plan shows the start of a VM that is still to be made', () => {
    expect(startVm.decide(facts('down', undefined), { name: 'web' }, context).undo?.call).toEqual({
      operation: 'powerOffVm',
      params: { name: 'web' },
    });
    const missing = { ...facts('not there', undefined), id: '' };
    const { state, changes } = startVm.decide(missing, { name: 'web' }, context);
    expect([state, lines(changes)]).toEqual(['refused', ['POST /vms/{web}/start {}']]);
    expect(powerOffVm.decide(missing, { name: 'web' }, context).state).toBe('already');
  });
});

describe('handOverSpm', () => {
  const decide = (here: ReturnType<typeof host>, ...others: ReturnType<typeof host>[]) =>
    handOverSpm.decide({ host: here, others }, { host: 'host1' }, context);

  it('goes to a host that is up and may lead; another leader is as good', () => {
    const change = decide(host('host1', 'up', 'spm'), host('host2', 'up', 'none', -1), host('host3'));
    expect(lines(change.changes)).toEqual(['POST /hosts/id-host3/forceselectspm {}']);
    expect(decide(host('host1'), host('host2', 'up', 'spm')).state).toBe('already');
    expect(decide(host('host1'), host('host2', 'up', 'contending')).state).toBe('underWay');
  });

  it('stays where no other host is up, and says so', () => {
    expect(decide(host('host1', 'up', 'spm'))).toMatchObject({
      state: 'already',
      evidence: ['no other host is up that could lead the data center'],
    });
  });
});
