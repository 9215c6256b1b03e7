import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { type GivenAway, givesAway, stayAway, type Whereabouts, whereabouts } from './given-away.ts';
import { engineHosts, type HostView, hostAmong, hostInEngine } from './hosts.ts';
import { lines, newest, readTrace, type Trace } from './trace.ts';

interface HostFacts {
  readonly host: HostView;
  readonly trace: Trace;
}

async function look(context: OperationContext, { host: name }: HostParams): Promise<HostFacts> {
  const host = await hostInEngine(context, name);
  return { host, trace: await readTrace(context, { host: host.id }) };
}

export interface DeactivateHost extends HostParams {
  /** Shown in the engine beside the host's status. */
  readonly reason?: string;
}

/** The engine refuses anything in these states; they pass. */
const ON_ITS_WAY = ['installing', 'initializing', 'unassigned', 'connecting', 'reboot', 'kdumping'];

/**
 * Puts a host into maintenance: its VMs are migrated away, the engine's own among them, and its HA agent goes into local
 * maintenance. Leaves status `maintenance`. VMs that cannot be migrated keep it in `preparing_for_maintenance`.
 * (engine: MaintenanceNumberOfVdssCommand)
 */
export const deactivateHost = engineOperation<DeactivateHost, HostFacts>({
  name: 'deactivateHost',
  title: ({ host }) => `Put ${host} into maintenance`,
  settleSeconds: 1800,
  look,
  decide({ host, trace }, { host: name, reason }): EngineDecision<undefined> {
    const seen = describe(name, host);
    const evidence = [seen];
    if (host.status === 'maintenance') return { state: 'already', changes: [], evidence };
    if (host.status === 'preparing_for_maintenance') {
      const moving = host.vms.map((vm) => vm.name).join(', ') || 'its VMs';
      return { state: 'underWay', changes: [], evidence, awaits: said(`${name} is giving away ${moving}`, trace) };
    }
    if (ON_ITS_WAY.includes(host.status)) return { state: 'underWay', changes: [], evidence, awaits: seen };
    return {
      state: 'wouldDo',
      changes: [
        {
          request: 'POST',
          path: `/hosts/${host.id}/deactivate`,
          body: { ...(reason !== undefined && { reason }) },
        },
      ],
      evidence,
      undo: {
        title: `Activate ${name} again`,
        call: {
          operation: 'activateHost',
          params: { host: name, ...(host.vms.length > 0 && { gaveAway: givesAway(host) }) } satisfies ActivateHost,
        },
        byHand: `activate host ${host.name} in the Administration Portal${ranThere(host)}`,
      },
    };
  },
});

/** For who ends it by hand, where nobody looks any more at what it has moved. */
function ranThere({ vms }: HostView): string {
  return vms.length === 0 ? '' : `; before its maintenance it ran ${vms.map(({ name }) => name).join(', ')}`;
}

export interface ActivateHost extends HostParams {
  /** What ran on it before its maintenance. */
  readonly gaveAway?: readonly GivenAway[] | undefined;
}

interface ActivationFacts extends HostFacts {
  readonly away: readonly Whereabouts[];
}

/**
 * Takes a host back from maintenance. Leaves status `up`: the engine has reached it, its networks and storage are as the
 * cluster demands. The VMs that it gave away stay where they are, and are named. (engine: ActivateVdsCommand)
 */
export const activateHost = engineOperation<ActivateHost, ActivationFacts>({
  name: 'activateHost',
  title: ({ host }) => `Activate ${host}`,
  settleSeconds: 1200,
  async look(context, { host: name, gaveAway = [] }) {
    const hosts = await engineHosts(context);
    const host = hostAmong(hosts, name);
    return { host, trace: await readTrace(context, { host: host.id }), away: whereabouts(hosts, gaveAway) };
  },
  decide({ host, trace, away }, { host: name }): EngineDecision<undefined> {
    const evidence = [describe(name, host)];
    if (host.status === 'up') {
      // A migration that the maintenance began goes on after it: only its end tells where the VM stays.
      const leaving = away.filter(({ at, status }) => at === name && status === 'migrating');
      if (leaving.length === 0) return { state: 'already', changes: [], evidence, ...stayAway(name, away) };
      const awaits = `${leaving.map((vm) => vm.name).join(', ')} is still leaving ${name}`;
      return { state: 'underWay', changes: [], evidence, awaits };
    }
    // Set by the engine after it has looked at the host that this step activated: waiting longer changes nothing.
    if (host.status === 'non_operational' && trace.begun) {
      const what = `${name} became non operational${host.status_detail === undefined ? '' : `: ${host.status_detail}`}`;
      return { state: 'underWay', changes: [], evidence, failed: { what, lines: lines(trace) } };
    }
    if (['maintenance', 'preparing_for_maintenance', 'non_operational'].includes(host.status)) {
      return { state: 'wouldDo', changes: [{ request: 'POST', path: `/hosts/${host.id}/activate` }], evidence };
    }
    if (host.status === 'install_failed') {
      const fix = 'Install the host again in the Administration Portal, or by addHostedEngineHost';
      return { state: 'refused', changes: [], evidence, findings: [{ what: `${name} is not installed`, fix }] };
    }
    return { state: 'underWay', changes: [], evidence, awaits: said(`${name} is ${host.status}`, trace) };
  },
});

function describe(name: string, { status, status_detail, vms }: HostView): string {
  const detail = status_detail === undefined ? '' : ` (${status_detail})`;
  return `${name} is ${status}${detail} in the engine, with ${vms.length} VMs`;
}

function said(what: string, trace: Trace): string {
  const line = newest(trace);
  return line === undefined ? what : `${what}: ${line}`;
}
