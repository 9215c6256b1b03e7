import type { JsonObject } from '../../failures/operator-error.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, type EngineRequest, engineOperation } from '../operation.ts';
import { ended, type FurtherHost, INSTALLED, PASSING, said, sentence } from './add-host.ts';
import { findHost, type HostView } from './hosts.ts';
import { readTrace } from './trace.ts';

export interface TakeHostedEngineOff extends HostParams {
  /** What the host is to be afterwards: out of the engine, or in it without the hosted engine. */
  readonly to: 'absent' | 'maintenance' | 'up';
}

/**
 * Takes the hosted engine off a host, by an installation with "undeploy", and the host out of the engine if it is to be
 * absent. What oVirt has installed on the machine stays there. (engine: InstallVdsCommand, RemoveVdsCommand)
 */
export const takeHostedEngineOff = engineOperation<TakeHostedEngineOff, FurtherHost>({
  name: 'takeHostedEngineOff',
  title: ({ host, to }) => (to === 'absent' ? `Take ${host} out of the engine` : `Take the hosted engine off ${host}`),
  inTurns: true,
  settleSeconds: 3600,
  async look(context, { host }) {
    const seen = await findHost(context, host);
    return { seen, trace: await readTrace(context, { ...(seen !== undefined && { host: seen.id }) }) };
  },
  decide(facts, { host: name, to }): EngineDecision<undefined> {
    const { seen, trace } = facts;
    const leaves = {
      what: `what the engine installed on ${name}: packages of oVirt, certificates, the bridge ovirtmgmt, services`,
      byHand: `on ${name}: ovirt-hosted-engine-cleanup -q, then a reboot; or install its system anew`,
    };
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
    const undeployed = seen.hosted_engine?.configured !== true || trace.events.some(({ code }) => code === INSTALLED);
    if (undeployed && seen.status === to) return { state: 'already', changes: [], evidence, leaves };
    const bad = ended(name, facts);
    if (bad !== undefined) return { state: 'underWay', changes: [], evidence, failed: bad };
    if (PASSING.includes(seen.status)) {
      return { state: 'underWay', changes: [], evidence, awaits: said(`${name} is ${seen.status}`, trace) };
    }
    return { state: 'wouldDo', changes: requests(seen, undeployed, to), evidence, leaves };
  },
});

function requests({ id, status }: HostView, undeployed: boolean, to: TakeHostedEngineOff['to']) {
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
    changes.push(action('deactivate', { reason: 'hosted engine taken off' }));
  // What failed to install has nothing to undeploy; the engine lets it be removed as it is.
  if (!undeployed && !(status === 'install_failed' && to === 'absent')) changes.push(install);
  if (to === 'absent') changes.push({ request: 'DELETE', path: `/hosts/${id}` });
  if (undeployed && to === 'up') changes.push(action('activate'));
  return changes;
}
