import type { JsonObject } from '../../failures/operator-error.ts';
import type { HostParams } from '../host/params.ts';
import { isDeployed, readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { hostIdOf } from '../hosted-engine/ha/views.ts';
import { HA_CONF } from '../hosted-engine/paths.ts';
import { type EngineDecision, type EngineRequest, engineOperation, type OperationContext } from '../operation.ts';
import { ended, INSTALLED, type InstalledHost, PASSING, said, sentence } from './add-host.ts';
import { findHost, type HostView } from './hosts.ts';
import { readTrace } from './trace.ts';

export interface TakeHostedEngineOff extends HostParams {
  /** What the host is to be afterwards: out of the engine, or in it without the hosted engine. */
  readonly to: 'absent' | 'maintenance' | 'up';
}

interface TakeOffFacts extends InstalledHost {
  /** As the host itself says; absent: it cannot be asked, or is at work. */
  readonly deployed?: boolean;
  /** Its block in the shared metadata, which no undeployment takes away. */
  readonly block?: number;
  /** The flag of local maintenance on it, which outlives the undeployment. */
  readonly localMaintenance?: boolean;
}

/**
 * Takes the hosted engine off a host, by an installation with "undeploy", and the host out of the engine if it is to be
 * absent; leaves its HA services stopped and disabled. What oVirt has installed on the machine stays there, and its
 * block in the shared metadata. (engine: InstallVdsCommand, RemoveVdsCommand)
 */
export const takeHostedEngineOff = engineOperation<TakeHostedEngineOff, TakeOffFacts>({
  name: 'takeHostedEngineOff',
  title: ({ host, to }) => (to === 'absent' ? `Take ${host} out of the engine` : `Take the hosted engine off ${host}`),
  inTurns: true,
  settleSeconds: 3600,
  async look(context, { host }) {
    const seen = await findHost(context, host);
    const trace = await readTrace(context, { ...(seen !== undefined && { host: seen.id }) });
    const atWork = seen !== undefined && PASSING.includes(seen.status);
    return { seen, trace, ...(!atWork && (await askHosts(context, host))) };
  },
  decide(facts, { host: name, to }, context): EngineDecision<undefined> {
    const { seen, trace, deployed } = facts;
    const { hosts } = context.inventory;
    const ordinary = hosts.some((host) => host.name === name && host.role === 'host');
    const leaves = leftBy(name, facts, ordinary);
    if (seen === undefined) {
      return {
        state: 'already',
        changes: [],
        evidence: [`the engine does not have ${name}`],
        ...(trace.begun && { leaves }),
      };
    }
    const evidence = [sentence(name, seen)];
    // A host in maintenance is not asked for its HA data any more; the installation of this step is proof enough.
    const installed = trace.events.some(({ code }) => code === INSTALLED);
    const undeployed = deployed === undefined ? seen.hosted_engine?.configured !== true || installed : !deployed;
    if (deployed === true && installed && !PASSING.includes(seen.status)) return { ...stillDeployed(name), evidence };
    if (undeployed && seen.status === to) return { state: 'already', changes: [], evidence, leaves };
    const bad = ended(name, facts);
    if (bad !== undefined) return { state: 'underWay', changes: [], evidence, failed: bad };
    if (PASSING.includes(seen.status)) {
      return { state: 'underWay', changes: [], evidence, awaits: said(`${name} is ${seen.status}`, trace) };
    }
    return { state: 'wouldDo', changes: requests(seen, { undeployed, deployed }, to), evidence, leaves };
  },
});

async function askHosts(context: OperationContext, name: string): Promise<Partial<TakeOffFacts>> {
  const all = await readHaHosts(context);
  const here = all.find((host) => host.name === name);
  const id = here && hostIdOf(here, all);
  const published = all.some(({ sight }) => sight?.status?.hosts.some(({ hostId }) => hostId === id));
  return {
    ...(here?.sight !== undefined && {
      deployed: isDeployed(here.sight),
      localMaintenance: here.sight.localMaintenance,
    }),
    ...(id !== undefined && published && { block: id }),
  };
}

/** What no undeployment takes away, and how people do. */
function leftBy(
  name: string,
  { block, localMaintenance }: TakeOffFacts,
  ordinary: boolean,
): { what: string; byHand: string } {
  const what = [
    `what the engine installed on ${name}: packages of oVirt, certificates, the bridge ovirtmgmt, services, open ports of its firewall`,
  ];
  // The hosted engine's cleanup is not installed on a host that only runs other VMs.
  const cleanup = ordinary ? '' : `on ${name}: ovirt-hosted-engine-cleanup -q, then a reboot; or `;
  const byHand = [`${cleanup}install the system of ${name} anew`];
  if (block !== undefined) {
    what.push(`block ${block} of the shared metadata, which the other hosts still show`);
    byHand.push(
      `on another host whose HA agent is stopped for it: hosted-engine --clean-metadata --host-id=${block} --force-cleanup`,
    );
  }
  if (localMaintenance === true) {
    what.push(`the flag of local maintenance in ${HA_CONF}`);
    byHand.push(`on ${name}: rm ${HA_CONF}`);
  }
  return { what: what.join('; '), byHand: byHand.join('; ') };
}

/** An engine that does not heed what an installation is asked for says that it has installed. */
function stillDeployed(name: string): Pick<EngineDecision, 'state' | 'changes' | 'failed'> {
  const what = `the engine has installed ${name} again, and the hosted engine is still deployed on it`;
  const fix = `Run cleanUpHostedEngine with {"host":"${name}"}, then retry`;
  return { state: 'underWay', changes: [], failed: { what, lines: [], fix } };
}

function requests(
  { id, status }: HostView,
  { undeployed, deployed = false }: { readonly undeployed: boolean; readonly deployed?: boolean | undefined },
  to: TakeHostedEngineOff['to'],
) {
  const action = (verb: string, body: JsonObject = {}): EngineRequest => ({
    request: 'POST',
    path: `/hosts/${id}/${verb}`,
    body,
  });
  const install = action('install', {
    ssh: { authentication_method: 'publickey' },
    undeploy_hosted_engine: true,
    activate: to === 'up',
  });
  const resting = ['maintenance', 'install_failed'].includes(status);
  const changes: EngineRequest[] = [];
  if (!resting && !(undeployed && to === 'up'))
    changes.push(action('deactivate', { reason: undeployed ? 'taken out of the engine' : 'hosted engine taken off' }));
  // What failed to install has nothing to undeploy, unless it is there; the engine lets it be removed as it is.
  if (!undeployed && (deployed || status !== 'install_failed' || to !== 'absent')) changes.push(install);
  if (to === 'absent') changes.push({ request: 'DELETE', path: `/hosts/${id}` });
  if (undeployed && to === 'up') changes.push(action('activate'));
  return changes;
}
