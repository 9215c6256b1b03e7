import { hostName } from '../engine/hosts.ts';
import { MIGRATING, MIGRATION_FAILED } from '../engine/migrate.ts';
import { lines } from '../engine/trace.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { type AnyVm, describeVm, type KnownVmFacts, lookAtVm } from './find.ts';

export interface MigrateVm extends AnyVm {
  /** Host that it is to leave, wherever the engine finds room. */
  readonly away?: string | undefined;
  /** Host that it is to go to. */
  readonly to?: string | undefined;
  /** It proves something: a VM that does not run is refused. */
  readonly runs?: true;
}

/**
 * Moves a VM to another host while it runs. Leaves it `up` there; one that does not run is left alone, or refused with
 * `runs`. Its undo moves it back. (engine: MigrateVmCommand, MigrateVmToServerCommand)
 */
export const migrateVm = engineOperation<MigrateVm, KnownVmFacts>({
  name: 'migrateVm',
  title: ({ name, away, to }) => (to === undefined ? `Move ${name} away from ${away}` : `Move ${name} to ${to}`),
  settleSeconds: 900,
  look: lookAtVm,
  decide(facts, params): EngineDecision<undefined> {
    const { name, away, to, runs } = params;
    const { id, status, at, hosts, trace } = facts;
    const evidence = [describeVm(name, facts)];
    const there = to === undefined ? at !== away : at === to;
    if (at === undefined && runs) {
      const finding = { what: `${evidence[0]}, on no host: it cannot be migrated`, fix: 'See why it does not run' };
      return { state: 'refused', changes: [], evidence, findings: [finding] };
    }
    if (at === undefined || (there && !MIGRATING.includes(status))) return { state: 'already', changes: [], evidence };
    if (MIGRATING.includes(status)) {
      return { state: 'underWay', changes: [], evidence, awaits: describeVm(name, facts) };
    }
    if (trace.events.some(({ code }) => MIGRATION_FAILED.includes(code))) {
      const failed = { what: `the migration of ${name} failed`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    const target = hosts.find((host) => hostName(host) === to);
    if (to !== undefined && target === undefined) {
      const fix = 'Migrate it in the Administration Portal, or leave it where it is';
      return { state: 'refused', changes: [], evidence, findings: [{ what: `its cluster has no host ${to}`, fix }] };
    }
    return {
      state: 'wouldDo',
      changes: [
        {
          request: 'POST',
          path: `/vms/${id}/migrate`,
          body: { ...(target !== undefined && { host: { id: target.id } }) },
        },
      ],
      evidence,
      undo: {
        title: `Move ${name} back to ${at}`,
        call: { operation: 'migrateVm', params: { vm: id, name, to: at } satisfies MigrateVm },
        byHand: `migrate ${name} to ${at} in the Administration Portal`,
      },
    };
  },
});
