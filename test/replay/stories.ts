/**
 * test/replay/ holds histories of real runs against today's code: a change that a running run could not survive fails
 * here before it reaches one. `record.ts` records them anew, for changes that are meant to break with the past.
 *
 * This file: the runs that are recorded.
 */
import { changeInventory } from '../support/change-inventory.ts';
import type { RunHandle } from '../support/run.ts';
import type { Stack } from '../support/stack.ts';

export interface Story {
  readonly name: string;
  /** Starts the run in its world and brings it to its end. */
  play(stack: Stack): Promise<RunHandle>;
  readonly end: string;
}

const by = 'a recorder';

export const STORIES: readonly Story[] = [
  {
    name: 'happy',
    end: 'succeeded',
    async play(stack) {
      const run = await stack.start();
      await run.approve(by);
      return run;
    },
  },
  {
    // Recorded before a hold was told of at once: it writes nothing down until the run stops for it.
    name: 'held',
    end: 'succeeded',
    async play(stack) {
      const run = await stack.start();
      await run.waitingFor('approval');
      await run.decide({ verb: 'hold', by });
      await run.approve(by);
      const { waiting } = await run.waitingFor('hold');
      await run.decide({ ...waiting?.answer, by });
      return run;
    },
  },
  {
    name: 'mended',
    end: 'succeeded',
    async play(stack) {
      await stack.control.fault({ target: 'host1', kind: 'md-clear-missing' });
      return stack.start({ standingApproval: { by } });
    },
  },
  {
    name: 'retried',
    end: 'succeeded',
    async play(stack) {
      await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
      const run = await stack.start({ standingApproval: { by } });
      const { waiting } = await run.waitingFor('parked');
      await run.decide({ ...waiting?.answer, by });
      return run;
    },
  },
  {
    name: 'rolled-back',
    end: 'rolledBack',
    async play(stack) {
      await stack.control.fault({ target: 'host1', kind: 'firewalld-off' });
      await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
      const run = await stack.start({ standingApproval: { by } });
      const { waiting } = await run.waitingFor('parked');
      await run.decide({ ...waiting?.answer, verb: 'rollback', by });
      return run;
    },
  },
  {
    name: 'cancelled',
    end: 'cancelled',
    async play(stack) {
      const since = await stack.control.now();
      const stage = '--tags=create_storage_domain';
      await stack.control.fault({ target: 'host1', kind: 'hold-before', match: stage });
      const run = await stack.start({ standingApproval: { by } });
      await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'process' && text.includes(stage));
      await run.handle.cancel();
      return run;
    },
  },
  {
    name: 'domain-attached',
    end: 'succeeded',
    async play(stack) {
      await stack.control.reset({ preset: 'deployed', hosts: 2 });
      const input = { name: 'data1', dataCenter: 'Datacenter1', standingApproval: { by } };
      return stack.startWith('attachStorageDomain', input);
    },
  },
  {
    name: 'parent-retried',
    end: 'succeeded',
    async play(stack) {
      describeOneHost(stack);
      await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
      const run = await stack.startWith('buildDatacenter', {});
      await run.approve(by);
      // The answer is on its way to the child for a while.
      const { waiting } = await run.until((status) => status.waiting?.kind === 'parked');
      await run.decide({ ...waiting?.answer, by });
      return run;
    },
  },
  {
    name: 'parent-rejected',
    end: 'rejected',
    async play(stack) {
      describeOneHost(stack);
      await stack.control.fault({ target: 'host1', kind: 'firewalld-off' });
      const run = await stack.startWith('buildDatacenter', { atATime: 3 });
      const { waiting } = await run.waitingFor('approval');
      await run.decide({ ...waiting?.answer, verdict: 'reject', by });
      return run;
    },
  },
];

/** The smallest datacentre that is built of several children: engine, data center, cluster. */
function describeOneHost({ lab }: Stack): void {
  changeInventory(lab.inventory, (site) => {
    site.hosts = site.hosts.slice(0, 1).map(({ bmc: _bmc, ...host }) => host);
    Object.assign(site, { networks: [], isos: [], vms: [] });
    site.storage.dataDomains = [];
  });
}
