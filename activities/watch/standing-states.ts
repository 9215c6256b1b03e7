import { OperatorError } from '../../failures/operator-error.ts';
import { type Owned, outage, ownedWords } from '../../runbooks/owned-states.ts';
import { parseKeyValues } from '../host/parse/key-values.ts';
import { parseUnits, unitQuery } from '../host/parse/systemctl.ts';
import { readAll } from '../host/read-all.ts';
import type { Since } from '../hosted-engine/ha/agent-log.ts';
import { type HaHost, readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { hostIdOf, liveStatus } from '../hosted-engine/ha/views.ts';
import { unreachable } from '../hosted-engine/preflight/other-hosts.ts';
import type { Finding, OperationContext } from '../operation.ts';
import type { Owners } from '../run/records.ts';
import { engineStates, stoppedEngineVm } from './engine-states.ts';
import type { StandingState } from './standing-state.ts';

export interface Sighting {
  readonly states: readonly StandingState[];
  /** What could not be looked at. */
  readonly unseen: readonly Finding[];
}

/** Looks at every host of the inventory and at the engine; changes nothing. */
export async function lookForStates(context: OperationContext, owners: Owners): Promise<Sighting> {
  const [hosts, firewalls, engine] = await Promise.all([
    readHaHosts(context),
    readFirewalls(context),
    askEngine(context, owners),
  ]);
  const engineVm = stoppedEngineVm(hosts);
  const firewallStates = firewalls.flatMap(({ state }) => state ?? []);
  const dark = firewalls.flatMap(({ unseen }) => unseen ?? []);
  return {
    states: [...maintenance(hosts), ...engineVm, ...outages(dark, owners), ...engine.states, ...firewallStates],
    // Without its VM there is no engine to be asked.
    unseen: [...dark, ...(engineVm.length === 0 ? engine.unseen : [])],
  };
}

/** A host that cannot be asked, and whose power a run says that it has cut. */
export function outages(dark: readonly UnseenHost[], { open, closed }: Owners): readonly StandingState[] {
  const cut = [...open, ...closed].map(({ owned }) => owned).filter(({ kind }) => kind === 'outage');
  return dark.flatMap(({ host }) =>
    cut.some(({ target }) => target === host)
      ? [{ owned: outage(host), byHand: `switch ${host} on at its controller, if it is off` }]
      : [],
  );
}

async function askEngine(context: OperationContext, owners: Owners): Promise<Sighting> {
  try {
    return { states: await engineStates(context, owners), unseen: [] };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const what = `the engine cannot be asked for image transfers and VMs (${error.message})`;
    return { states: [], unseen: [{ what, fix: 'Look at verifyHostedEngine, and run this again once it answers' }] };
  }
}

/** Global and local maintenance, as the hosts that can run the engine VM know of it. */
export function maintenance(hosts: readonly HaHost[]): readonly StandingState[] {
  const states: StandingState[] = [];
  if (hosts.some(({ sight }) => sight?.status?.globalMaintenance === true)) {
    const dated = hosts.find(({ sight }) => sight?.log.globalSince !== undefined);
    states.push({
      owned: { kind: 'globalMaintenance', target: 'hosted-engine' },
      ...age(dated?.sight?.log.globalSince, dated),
      byHand:
        'hosted-engine --set-maintenance --mode=none, on a host without local maintenance, which it would end too',
    });
  }
  for (const host of hosts) {
    const id = hostIdOf(host, hosts);
    const published = id !== undefined && liveStatus(id, hosts)?.localMaintenance === true;
    if (!published && host.sight?.localMaintenance !== true) continue;
    states.push({
      owned: { kind: 'localMaintenance', target: host.name },
      ...age(host.sight?.log.localSince, host),
      byHand: `activate ${host.name} in the engine, or there: hosted-engine --set-maintenance --mode=none, which ends global maintenance too`,
    });
  }
  return states;
}

const HOUR_MS = 3_600_000;

/** Both times are the agent's, so they are compared with each other only. */
function age(since: Since | undefined, host: HaHost | undefined): Pick<StandingState, 'since' | 'hours'> {
  const now = host?.sight?.log.newestAt;
  if (since === undefined || host === undefined) return {};
  const hours = now === undefined ? undefined : (time(now) - time(since.at)) / HOUR_MS;
  return {
    since: `since ${since.reaches ? '' : 'before '}${since.at} (agent.log of ${host.name})`,
    ...(hours !== undefined && since.reaches && { hours }),
  };
}

function time(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}

interface UnseenHost extends Finding {
  readonly host: string;
}

interface FirewallSighting {
  readonly state?: StandingState;
  readonly unseen?: UnseenHost;
}

function readFirewalls(context: OperationContext): Promise<readonly FirewallSighting[]> {
  const { service, others } = context.profile.firewall;
  const names = [service, ...others];
  return Promise.all(
    context.inventory.hosts.map(async ({ name }) => {
      try {
        const answers = await readAll(context.host(name), {
          units: unitQuery(names),
          since: ['systemctl', 'show', `${service}.service`, '-p', 'InactiveEnterTimestamp'],
        });
        const units = parseUnits(answers.units.text, names);
        const installed = units[service]?.loaded === true || units[service]?.masked === true;
        // A host that has never had one is for other checks.
        if (!installed || names.some((unit) => units[unit]?.active)) return {};
        const since = parseKeyValues(answers.since.text).get('InactiveEnterTimestamp');
        const owned: Owned = { kind: 'disabledFirewall', target: name };
        const byHand = `systemctl start ${service}, on ${name}`;
        return { state: { owned, ...(since && { since: `since ${since}` }), byHand } };
      } catch (error) {
        const what = `${name} cannot be asked (${unreachable(error).unreachable.message})`;
        const fix = 'Check power, network and sshd of the host; what is left on it is not known';
        return { unseen: { host: name, what, fix } };
      }
    }),
  );
}

export function describeState({ owned, since }: StandingState): string {
  return [ownedWords(owned), since].filter(Boolean).join(' ');
}
