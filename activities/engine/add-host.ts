import type { JsonObject } from '../../failures/operator-error.ts';
import type { InventoryHost } from '../../inventory/schema.ts';
import type { HostParams } from '../host/params.ts';
import { inventoryHost } from '../hosted-engine/wish.ts';
import { type EngineDecision, type EngineRequest, engineOperation, type Finding } from '../operation.ts';
import { findHost, type HostView } from './hosts.ts';
import { engineRelease, ignoresDeployment } from './release.ts';
import { ENGINE_STARTED, lines, newest, readTrace, type Trace } from './trace.ts';

/** AuditLogType of the engine. */
export const INSTALLED = 504;
export const INSTALL_FAILED = 505;
const INSTALLING = 509;
/** States that lead to another one by themselves. */
export const PASSING = [
  'installing',
  'initializing',
  'unassigned',
  'connecting',
  'reboot',
  'preparing_for_maintenance',
  'kdumping',
];
const BY_KEY: JsonObject = { ssh: { authentication_method: 'publickey' } };

export interface InstalledHost {
  /** Undefined: the engine does not have it. */
  readonly seen: HostView | undefined;
  readonly trace: Trace;
}

interface FurtherHost extends InstalledHost {
  /** The engine's own. */
  readonly release: string;
}

export interface AddHostToEngine extends HostParams {
  /** Name of the cluster of the engine VM: a host of another cluster cannot run it. */
  readonly cluster: string;
  /** The host is to be able to run the engine VM. */
  readonly hostedEngine: boolean;
}

/**
 * Makes a host one of the engine's: added to it, and leaves it `up`; with the hosted engine also configured for HA,
 * installed again where the engine has it without. An installation that failed is begun anew: in place, or, where the
 * engine is too old to deploy the hosted engine then, by adding the host once more. The firewall is set up as the engine
 * does it unasked since 4.1.2; the fingerprint of the host key is not sent, because which of the host's keys the engine
 * will see is its choice. (engine: AddVdsCommand, InstallVdsCommand)
 */
export const addHostToEngine = engineOperation<AddHostToEngine, FurtherHost>({
  name: 'addHostToEngine',
  title: ({ host, hostedEngine }) => `Add ${host} to the engine${hostedEngine ? ' with the hosted engine' : ''}`,
  inTurns: true,
  settleSeconds: 3600,
  async look(context, { host }) {
    const [release, seen] = await Promise.all([engineRelease(context), findHost(context, host)]);
    return { release, seen, trace: await readTrace(context, { ...(seen !== undefined && { host: seen.id }) }) };
  },
  decide(facts, { host: name, cluster, hostedEngine }, { inventory }): EngineDecision<undefined> {
    const { seen, trace, release } = facts;
    const adding = add(inventoryHost(inventory, name), cluster, hostedEngine);
    const evidence = [seen === undefined ? `the engine does not have ${name}` : sentence(name, seen)];
    if (seen === undefined) {
      return {
        state: 'wouldDo',
        changes: [adding],
        evidence,
        undo: undo(name, seen, hostedEngine),
      };
    }
    const configured = !hostedEngine || seen.hosted_engine?.configured === true;
    const installed = trace.events.some(({ code }) => code === INSTALLED);
    const awaits = said(`${name} is ${seen.status}`, trace);
    if (seen.status === 'up' && configured) return { state: 'already', changes: [], evidence };
    const bad = ended(name, facts);
    if (bad !== undefined) return { state: 'underWay', changes: [], evidence, failed: bad };
    // The HA data come with the statistics, some time after the status.
    if (PASSING.includes(seen.status) || (seen.status === 'up' && installed)) {
      return { state: 'underWay', changes: [], evidence, awaits };
    }
    const anew = hostedEngine && ignoresDeployment(release) ? adding : undefined;
    const changes = requests(seen, { configured, hostedEngine }, anew);
    if (changes.length > 0) return { state: 'wouldDo', changes, evidence, undo: undo(name, seen, hostedEngine) };
    return { state: 'refused', changes: [], evidence, findings: [unwilling(name, seen, anew && release)] };
  },
});

function add({ name, fqdn, address, ssh }: InventoryHost, cluster: string, hostedEngine: boolean): EngineRequest {
  // A port on the worker itself belongs to a tunnel; the engine goes to the host.
  const port = ssh.port !== 22 && !address.startsWith('127.') ? { port: ssh.port } : {};
  return {
    request: 'POST',
    path: '/hosts',
    query: { ...(hostedEngine && { deploy_hosted_engine: 'true' }), activate: 'true' },
    body: {
      name,
      address: fqdn,
      cluster: { name: cluster },
      ssh: { authentication_method: 'publickey', ...port },
    },
  };
}

/** What is still to come for a host that the engine has; `adding` where only a host that is added gets deployed. */
function requests(
  { id, status }: HostView,
  { configured, hostedEngine }: { readonly configured: boolean; readonly hostedEngine: boolean },
  adding?: EngineRequest,
): readonly EngineRequest[] {
  const action = (verb: string, body: JsonObject = {}): EngineRequest => ({
    request: 'POST',
    path: `/hosts/${id}/${verb}`,
    body,
  });
  // The engine's code takes `false` where the model promises `true`.
  const deploy: JsonObject = hostedEngine ? { deploy_hosted_engine: true } : {};
  const install = action('install', { ...BY_KEY, ...deploy, activate: true });
  const rest = action('deactivate', { reason: 'installation with the hosted engine' });
  if (adding !== undefined && !configured) {
    return status === 'install_failed' ? [{ request: 'DELETE', path: `/hosts/${id}` }, adding] : [];
  }
  switch (status) {
    case 'install_failed':
      return [install];
    case 'maintenance':
      return [configured ? action('activate') : install];
    case 'non_operational':
      return configured ? [action('activate')] : [rest, install];
    case 'up':
      return [rest, install];
    default:
      return [];
  }
}

function unwilling(name: string, { status }: HostView, ignoring: string | undefined): Finding {
  if (ignoring !== undefined) {
    const fix = 'Update the engine to 4.3.10, or remove the host from it, then retry';
    return { what: `engine ${ignoring} would install ${name} again without the hosted engine`, fix };
  }
  const fix = 'Bring the host up or into maintenance in the Administration Portal, then retry';
  return { what: `${name} is ${status} in the engine`, fix };
}

/** How what this step began has ended for the worse. */
export function ended(name: string, { seen, trace }: InstalledHost) {
  const has = (wanted: number) => trace.events.some(({ code }) => code === wanted);
  const resting = ['install_failed', 'maintenance'].includes(seen?.status ?? '');
  if (resting && has(ENGINE_STARTED) && has(INSTALLING) && !has(INSTALLED)) {
    const last = trace.events.slice(-12).map(({ description }) => description);
    return { what: `the engine was started anew while it installed ${name}`, lines: last };
  }
  if (seen?.status === 'install_failed' && has(INSTALL_FAILED)) {
    return { what: `the installation of ${name} failed`, lines: lines(trace) };
  }
  if (seen?.status === 'non_operational' && trace.begun) {
    const why = seen.status_detail === undefined ? '' : `: ${seen.status_detail}`;
    return { what: `${name} became non operational${why}`, lines: lines(trace) };
  }
  return undefined;
}

function undo(name: string, seen: HostView | undefined, hostedEngine: boolean) {
  const to = seen === undefined ? 'absent' : seen.status === 'up' ? 'up' : 'maintenance';
  if (!hostedEngine) return undoOrdinary(name, to === 'absent');
  return {
    title: to === 'absent' ? `Take ${name} out of the engine again` : `Take the hosted engine off ${name} again`,
    call: { operation: 'takeHostedEngineOff', params: { host: name, to } },
    byHand: `in the Administration Portal, for ${name}: Maintenance, Installation > Reinstall with Hosted Engine > Undeploy${to === 'absent' ? ', Remove' : ''}`,
  };
}

function undoOrdinary(name: string, absent: boolean) {
  return {
    title: absent ? `Take ${name} out of the engine again` : `Put ${name} into maintenance again`,
    call: absent
      ? { operation: 'takeHostedEngineOff', params: { host: name, to: 'absent' } }
      : { operation: 'deactivateHost', params: { host: name } },
    byHand: `in the Administration Portal, for ${name}: Maintenance${absent ? ', Remove' : ''}`,
  };
}

export function sentence(name: string, { status, status_detail, hosted_engine }: HostView): string {
  const detail = status_detail === undefined ? '' : ` (${status_detail})`;
  const he =
    hosted_engine?.configured === true
      ? `with the hosted engine, score ${hosted_engine.score}`
      : 'without the hosted engine';
  return `${name} is ${status}${detail} in the engine, ${he}`;
}

export function said(what: string, trace: Trace): string {
  const line = newest(trace);
  return line === undefined ? what : `${what}: ${line}`;
}
