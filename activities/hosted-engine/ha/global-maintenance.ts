import type { HostParams } from '../../host/params.ts';
import { type Decision, type HostChange, type OperationContext, operation } from '../../operation.ts';
import { lookPatiently } from '../../runtime/look-patiently.ts';
import { HA_CONF } from '../paths.ts';
import { type HaHost, readHaHosts } from './read-host.ts';
import { knownIds, liveStatus } from './views.ts';

export interface SetMaintenanceParams extends HostParams {
  /** The host from which it is ended, when not by the procedure; default: the same one. */
  readonly endFrom?: string | undefined;
}

/** An agent acts on the flag with its next pass, and its block is read some seconds later. */
const PATIENCE = { seconds: 120, every: 5 };
const STATE = 'GlobalMaintenance';
/** Not every agent that lives says so: local maintenance comes first. */
const OBEYING = [STATE, 'LocalMaintenance'];

const SET: readonly HostChange[] = [{ argv: ['hosted-engine', '--set-maintenance', '--mode=global'] }];
const END: readonly HostChange[] = [{ argv: ['hosted-engine', '--set-maintenance', '--mode=none'] }];

/**
 * Suspends HA for the whole hosted engine: no agent starts or stops the engine VM. Verified on every host, because the
 * tool's success says only that the flag was written. (article, section 4.1; ovirt-hosted-engine-setup 2.3)
 */
export const setGlobalMaintenance = operation<SetMaintenanceParams, readonly HaHost[]>({
  name: 'setGlobalMaintenance',
  title: ({ host }) => `Set global maintenance from ${host}`,
  settleSeconds: PATIENCE.seconds,
  look: (context) => readSettled(context, true),
  decide(hosts, { host, endFrom = host }) {
    const set = isSet(hosts);
    if (set === true) return obeyed(hosts, true, SET);
    const refusal = refuse(hosts, host, set, SET);
    if (refusal !== undefined) return refusal;
    return {
      state: 'wouldDo',
      changes: SET,
      evidence: ['global maintenance is off'],
      undo: {
        title: 'End global maintenance',
        call: { operation: 'endGlobalMaintenance', params: { host: endFrom } satisfies HostParams },
        byHand: `hosted-engine --set-maintenance --mode=none, on ${endFrom}`,
      },
    };
  },
});

/** Lets HA act again; no agent is left in global maintenance. (article, section 4.4) */
export const endGlobalMaintenance = operation<HostParams, readonly HaHost[]>({
  name: 'endGlobalMaintenance',
  title: ({ host }) => `End global maintenance from ${host}`,
  settleSeconds: PATIENCE.seconds,
  look: (context) => readSettled(context, false),
  decide(hosts, { host }) {
    const set = isSet(hosts);
    if (set === false) return obeyed(hosts, false, END);
    const refusal = refuse(hosts, host, set, END);
    if (refusal !== undefined) return refusal;
    return { state: 'wouldDo', changes: END, evidence: ['global maintenance is set'] };
  },
});

/** Waits for the agents where the flag is as wished already; where it is not, there is nothing to wait for. */
function readSettled(context: OperationContext, wished: boolean): Promise<readonly HaHost[]> {
  return lookPatiently(
    context,
    PATIENCE,
    () => readHaHosts(context),
    (hosts) => {
      const [late] = laggards(hosts, wished);
      const set = isSet(hosts);
      const settled = set === wished ? late === undefined : set !== undefined;
      const why = late ?? 'none tells whether global maintenance is set';
      return settled ? undefined : `waiting for the HA agents: ${why}`;
    },
  );
}

/** What the shared flag says, by every host that can read it; undefined: none can, or they read it at its change. */
export function isSet(hosts: readonly HaHost[]): boolean | undefined {
  const words = new Set(hosts.flatMap(({ sight }) => sight?.status?.globalMaintenance ?? []));
  const [word] = words;
  return words.size === 1 ? word : undefined;
}

/** Agents that have not followed the flag yet. */
function laggards(hosts: readonly HaHost[], wished: boolean): readonly string[] {
  return knownIds(hosts).flatMap((id) => {
    const status = liveStatus(id, hosts);
    const { state = '', hostName = '' } = status ?? {};
    const follows = wished ? OBEYING.includes(state) : state !== STATE;
    return status === undefined || follows ? [] : [`${hostName} is in state ${state || 'unknown'}`];
  });
}

function obeyed(hosts: readonly HaHost[], wished: boolean, changes: readonly HostChange[]): Decision<undefined> {
  const words = wished ? 'set' : 'off';
  const late = laggards(hosts, wished);
  const evidence = [
    `global maintenance is ${words}`,
    ...hosts.map(({ name, sight, unreachable }) => {
      if (sight === undefined) return `${name} cannot be asked (${unreachable})`;
      return sight.status === undefined
        ? `${name} cannot read the flag`
        : `${name} reads the flag as ${sight.status.globalMaintenance ? 'set' : 'off'}`;
    }),
  ];
  if (late.length === 0) return { state: 'already', changes, evidence };
  return {
    state: 'refused',
    changes: [],
    evidence,
    findings: [
      {
        what: `global maintenance is ${words}, but not every HA agent has followed: ${late.join('; ')}`,
        fix: 'Look at /var/log/ovirt-hosted-engine-ha/agent.log on that host',
      },
    ],
  };
}

/** Where the tool would do more than it is asked for, or nobody knows what it would do. */
function refuse(
  hosts: readonly HaHost[],
  host: string,
  set: boolean | undefined,
  changes: readonly HostChange[],
): Decision<undefined> | undefined {
  const sight = hosts.find(({ name }) => name === host)?.sight;
  // The tool writes all three flags whatever the mode, so either of these modes ends local maintenance of its host.
  if (sight?.localMaintenance === true) {
    return {
      state: 'refused',
      changes,
      evidence: [`${HA_CONF} on ${host} holds local maintenance`],
      findings: [
        {
          what: `${host} is in local maintenance, which hosted-engine --set-maintenance would end with it`,
          fix: `If nobody works on ${host} any more, activate it in the engine or end its maintenance there: hosted-engine --set-maintenance --mode=none`,
        },
      ],
    };
  }
  if (set !== undefined) return undefined;
  return {
    state: 'refused',
    changes,
    evidence: hosts.map(
      ({ name, unreachable }) => `${name}: ${unreachable ?? 'hosted-engine --vm-status has no answer'}`,
    ),
    findings: [
      {
        what: 'no host can tell whether global maintenance is set, or they contradict each other',
        fix: 'Run recoverHostedEngineAgent on a host that can run the engine VM, then retry',
      },
    ],
  };
}
