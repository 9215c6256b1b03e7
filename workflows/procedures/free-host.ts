import type { Owned } from '../../runbooks/owned-states.ts';
import { operations, type Result, type Run } from '../runtime/index.ts';

/** A VM as the engine knows it. */
export interface Vm {
  readonly id: string;
  readonly name: string;
}

interface Host {
  readonly host: string;
  readonly vms: readonly Vm[];
  /** Hosts that could take them; none: they are shut down. */
  readonly takers: readonly string[];
}

/**
 * Frees a host of its VMs while the engine can still do it: moved where another host takes them, else shut down, which
 * the run owns until they are started again. Who shows these VMs in an approval before has asked for the second.
 */
export async function freeHost(run: Run, { host, vms, takers }: Host): Promise<readonly Result<unknown>[]> {
  const freed: Result<unknown>[] = [];
  for (const vm of vms) freed.push(await (takers.length === 0 ? shutDown(run, vm) : move(run, host, vm)));
  return freed;
}

function move(run: Run, host: string, vm: Vm): Promise<Result<unknown>> {
  return run.step(`Move ${vm.name} to another host`, operations.migrateVm({ vm: vm.id, name: vm.name, away: host }), {
    typical: '3 minutes',
    fixes: {
      'shut-down-vm': {
        title: `Shut down ${vm.name} for the time`,
        automatic: false,
        run: async () => void (await shutDown(run, vm)),
      },
    },
  });
}

/** Starts what `freeHost` has shut down. */
export async function startAgain(run: Run, vms: readonly Vm[], needs: readonly Result<unknown>[]): Promise<void> {
  for (const vm of vms) {
    await run.step(`Start ${vm.name} again`, operations.startVm({ vm: vm.id, name: vm.name }), {
      typical: '2 minutes',
      needs,
      releases: stopped(vm),
    });
  }
}

function shutDown(run: Run, vm: Vm): Promise<Result<unknown>> {
  return run.step(`Shut down ${vm.name}`, operations.shutDownVm({ vm: vm.id, name: vm.name }), {
    typical: '3 minutes',
    undoTypical: '3 minutes',
    owns: stopped(vm),
  });
}

function stopped({ name }: Vm): Owned {
  return { kind: 'stoppedVm', target: name };
}
