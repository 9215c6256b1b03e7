import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { engineHosts, type HostView } from './hosts.ts';

interface SpmFacts {
  readonly host: HostView | undefined;
  /** The other hosts of its data center that are up, best first by the order in which the engine would elect them. */
  readonly others: readonly HostView[];
}

/**
 * Hands the SPM role of a host to another host of its data center, so that storage is not left without a leader while
 * the first one is down. Leaves it where it is when no other host is up. (engine: ForceSelectSPMCommand)
 */
export const handOverSpm = engineOperation<HostParams, SpmFacts>({
  name: 'handOverSpm',
  title: ({ host }) => `Hand the SPM role of ${host} to another host`,
  settleSeconds: 300,
  async look(context, { host: name }) {
    const engine = context.engine();
    const [hosts, clusters] = await Promise.all([engineHosts(context), engine.list('/clusters', engineCluster)]);
    const host = hosts.find(({ inventoryName }) => inventoryName === name);
    const dataCenter = (view: HostView) => clusters.find(({ id }) => id === view.cluster?.id)?.data_center?.id;
    const others = hosts.filter(
      (view) => host !== undefined && view !== host && view.status === 'up' && dataCenter(view) === dataCenter(host),
    );
    const priority = ({ spm }: HostView) => spm?.priority ?? 5;
    return { host, others: others.sort((a, b) => priority(b) - priority(a)) };
  },
  decide({ host, others }, { host: name }): EngineDecision<undefined> {
    const leader = others.find(({ spm }) => spm?.status === 'spm');
    if (leader !== undefined || host === undefined) {
      const evidence = [leader === undefined ? `the engine does not have ${name}` : `${leader.name} is SPM`];
      return { state: 'already', changes: [], evidence };
    }
    const contending = [host, ...others].find(({ spm }) => spm?.status === 'contending');
    if (contending !== undefined) {
      const awaits = `${contending.name} is about to become SPM`;
      return { state: 'underWay', changes: [], evidence: [awaits], awaits };
    }
    const [next] = others.filter(({ spm }) => (spm?.priority ?? 5) >= 0);
    if (next === undefined) {
      return { state: 'already', changes: [], evidence: [`no other host is up that could lead the data center`] };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: `/hosts/${next.id}/forceselectspm` }],
      evidence: [host.spm?.status === 'spm' ? `${name} is SPM` : 'no host is SPM'],
      awaits: `the SPM role goes to ${next.name}`,
    };
  },
});
