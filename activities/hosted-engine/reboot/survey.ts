import { OperatorError } from '../../../failures/operator-error.ts';
import { givesAway } from '../../engine/given-away.ts';
import { engineHosts, type HostView, hostName, isEngineVm } from '../../engine/hosts.ts';
import { type OperationContext, operation } from '../../operation.ts';
import { firstOf, lookPatiently } from '../../runtime/look-patiently.ts';
import { describeHost } from '../deploy.ts';
import { fitHosts, unfitOthers } from '../ha/fitness.ts';
import { setSince } from '../ha/judge-engine.ts';
import { type HaHost, isDeployed, readHaHosts } from '../ha/read-host.ts';
import { enginePlace, hostIdOf, liveStatus } from '../ha/views.ts';
import { Verdict } from '../preflight/checks.ts';
import type { RebootSurvey, SurveyReboot } from './params.ts';

interface SurveyFacts {
  readonly hosts: readonly HaHost[];
  /** The host as the engine manages it; a sentence where the engine tells nothing of it. */
  readonly managed: HostView | string;
  /** The hosts of the engine. */
  readonly all: readonly HostView[];
}

/** For a minute after its start an agent holds all others for stale. */
const PATIENCE = { seconds: 100, every: 10 };

/**
 * Finds out what a reboot of this host means: who runs the engine VM, the HA state of every host, other VMs, the SPM
 * role, maintenance that others have set. Refuses what nobody can want, and says which ways are open.
 */
export const surveyReboot = operation<SurveyReboot, SurveyFacts, RebootSurvey>({
  name: 'surveyReboot',
  title: ({ host }) => `Find out what a reboot of ${host} means`,
  look(context, params) {
    const look = async () => {
      const [hosts, all] = await Promise.all([readHaHosts(context), askEngineHosts(context)]);
      return { hosts, managed: managedHost(all, params.host), all: typeof all === 'string' ? [] : all };
    };
    return lookPatiently(context, PATIENCE, look, (facts) =>
      firstOf('looking again, in case it passes', judge(facts, params).findings),
    );
  },
  decide(facts, params) {
    const { findings, evidence } = judge(facts, params);
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence, output: surveyed(facts, params) };
  },
});

const ENGINE_AWAY = 'the engine does not answer';

/** Whether nothing is known of the host because nobody could be asked. */
export function engineIsAway(managed: HostView | string): managed is string {
  return typeof managed === 'string' && managed.startsWith(ENGINE_AWAY);
}

/** The host as the engine manages it, or a sentence that says why the engine tells nothing of it. */
export async function askEngine(context: OperationContext, name: string): Promise<HostView | string> {
  return managedHost(await askEngineHosts(context), name);
}

function managedHost(all: readonly HostView[] | string, name: string): HostView | string {
  if (typeof all === 'string') return all;
  const found = all.find(({ inventoryName }) => inventoryName === name);
  return found ?? `the engine has no host of the name or address of ${name}`;
}

async function askEngineHosts(context: OperationContext): Promise<readonly HostView[] | string> {
  try {
    return await engineHosts(context);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return `${ENGINE_AWAY}: ${error.message}`;
  }
}

function judge({ hosts, managed }: SurveyFacts, { host, way }: SurveyReboot): Verdict {
  const verdict = new Verdict();
  const here = hosts.find(({ name }) => name === host);
  const place = enginePlace(hosts);
  const { runsOn } = place;
  if (here === undefined) {
    verdict.demand(
      false,
      `${host} does not have the role hostedEngine in the inventory`,
      'Name a host that can run the engine VM, or correct the inventory',
    );
    return verdict;
  }
  describe(hosts, managed, verdict);
  if (here.sight === undefined) {
    verdict.demand(
      false,
      `${host} cannot be asked (${here.unreachable ?? 'no answer'})`,
      'Check power, network and sshd of the host; a host that is down is started, not rebooted',
    );
    return verdict;
  }
  verdict.demand(
    isDeployed(here.sight),
    `no hosted engine is deployed on ${host}`,
    'Reboot it as any other host: put it into maintenance in the engine first',
  );
  verdict.demand(
    place.claims.length < 2 && place.domains.length < 2,
    `more than one host claims the engine VM: ${[...new Set([...place.claims.map(({ hostName }) => hostName), ...place.domains])].join(', ')}`,
    'Reboot nothing; look at virsh -r list and sanlock client status on these hosts',
  );
  verdict.demand(
    runsOn !== undefined || place.unknown.length === 0,
    `no host is known to run the engine VM, but nobody can tell whether ${place.unknown.join(' and ')} does`,
    'Make sure of it on that host first',
  );
  verdict.demand(
    runsOn !== undefined || place.globalMaintenance || place.unknown.length > 0,
    'no host runs the engine VM, and HA is about to start it',
    'Wait until the engine runs; verifyHostedEngine tells',
  );
  judgeWays(hosts, managed, { host, way }, verdict);
  return verdict;
}

function judgeWays(hosts: readonly HaHost[], managed: HostView | string, params: SurveyReboot, verdict: Verdict): void {
  const { host, way } = params;
  const { runsOn } = enginePlace(hosts);
  const local = hosts.find(({ name }) => name === host)?.sight?.localMaintenance === true;
  const why = immovable(hosts, managed, host);
  if (runsOn !== undefined && runsOn !== host) {
    // Out of service in the engine first: it fences a host that vanishes without a word.
    verdict.demand(
      way !== 'stop',
      `${runsOn} runs the engine VM, so there is nothing to stop on ${host}`,
      'Leave strategy out: the engine then puts the host into maintenance for the reboot',
    );
    if (way !== 'stop') verdict.demand(why === undefined, `the engine cannot take ${host} out of service: ${why}`, FIX);
    return;
  }
  if (way === 'move') verdict.demand(why === undefined, `the engine VM cannot be moved from ${host}: ${why}`, FIX);
  verdict.demand(
    !local || way === 'move' || (way === 'auto' && why === undefined),
    `${host} is in local maintenance, which setting global maintenance would end`,
    `If nobody works on it any more, end it there first: hosted-engine --set-maintenance --mode=none`,
  );
}

const FIX = 'Mend that first, or choose strategy globalMaintenance where the engine VM runs on this host';

/** Why the engine cannot take the host out of service and its VM elsewhere; undefined: it can. */
function immovable(hosts: readonly HaHost[], managed: HostView | string, host: string): string | undefined {
  if (typeof managed === 'string') return managed;
  if (!['up', 'maintenance'].includes(managed.status)) return `${host} is ${managed.status} in the engine`;
  if (fitHosts(hosts).some((name) => name !== host)) return undefined;
  return unfitOthers(host, hosts).join('; ') || 'there is no other host that could run the engine VM';
}

function describe(hosts: readonly HaHost[], managed: HostView | string, verdict: Verdict): void {
  const { runsOn, globalMaintenance } = enginePlace(hosts);
  verdict.seen(runsOn === undefined ? 'no host runs the engine VM' : `${runsOn} runs the engine VM`);
  for (const host of hosts) {
    const id = hostIdOf(host, hosts);
    const status = id === undefined ? undefined : liveStatus(id, hosts);
    if (status === undefined) verdict.seen(`${host.name}: no HA agent publishes (${host.unreachable ?? 'it answers'})`);
    else verdict.seen(`${describeHost(status)}, state ${status.state ?? '?'}`);
    const guests = host.sight?.guests ?? [];
    if (guests.length > 0) verdict.seen(`${host.name} runs other VMs: ${guests.join(', ')}`);
  }
  verdict.seen(globalMaintenance ? `global maintenance is set${setSince(hosts)}` : 'global maintenance is off');
  if (typeof managed === 'string') {
    verdict.seen(managed);
    return;
  }
  const { name, status, spm, power_management } = managed;
  const leads = spm?.status === 'spm' ? 'leads its data center (SPM)' : 'does not lead its data center';
  const fenced = power_management?.enabled === true ? 'fenced by the engine' : 'not fenced by the engine';
  verdict.seen(`${name} in the engine: ${status}, ${leads}, ${fenced}`);
}

function surveyed({ hosts, managed, all }: SurveyFacts, { host, way }: SurveyReboot): RebootSurvey {
  const { runsOn, globalMaintenance } = enginePlace(hosts);
  const running = hosts.find(({ name }) => name === host)?.sight?.guests ?? [];
  const vms = typeof managed === 'string' ? [] : managed.vms.filter((vm) => !isEngineVm(vm));
  const movable = immovable(hosts, managed, host) === undefined;
  const open = runsOn !== undefined && runsOn !== host ? 'move' : movable ? 'offer' : 'stop';
  return {
    way: way === 'auto' ? open : way,
    ...(runsOn !== undefined && { runsOn }),
    fitElsewhere: fitHosts(hosts).filter((name) => name !== host),
    unfit: unfitOthers(host, hosts),
    vms: vms.map(({ id, name }) => ({ id, name })),
    givesAway: typeof managed === 'string' ? [] : givesAway(managed),
    takers: typeof managed === 'string' ? [] : takersFor(managed, all),
    guests: running.filter((name) => vms.every((vm) => vm.name !== name)),
    ...(typeof managed !== 'string' && {
      spm: managed.spm?.status === 'spm',
      fencing: managed.power_management?.enabled === true,
    }),
    ...(globalMaintenance && { maintenance: setSince(hosts).trim() || 'since when no log tells' }),
  };
}

/** The other hosts of its cluster that are up. */
function takersFor(managed: HostView, all: readonly HostView[]): readonly string[] {
  const others = all.filter(
    ({ id, status, cluster }) => id !== managed.id && status === 'up' && cluster?.id === managed.cluster?.id,
  );
  return others.map(hostName);
}
