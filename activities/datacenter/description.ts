import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';

/** Fewer cannot restart the engine VM elsewhere. (article, section 8) */
export const ENGINE_HOSTS = 2;

/**
 * Judges whether the inventory describes a datacentre that can be built; reads nothing else and changes nothing.
 * (article, sections 8 and 16)
 */
export const checkDescription = engineOperation<object, undefined>({
  name: 'checkDescription',
  title: () => 'Check the description of the datacentre',
  look: async () => undefined,
  decide(_facts, _params, { inventory }): EngineDecision<undefined> {
    const { hosts, storage, engine } = inventory;
    const verdict = new Verdict();
    const able = hosts.filter(({ role }) => role === 'hostedEngine').map(({ name }) => name);
    const others = hosts.filter(({ role }) => role === 'host').map(({ name }) => name);
    verdict.seen(
      `data center ${engine.dataCenter}, cluster ${engine.cluster}, to run the engine VM: ${able.join(', ') || 'nobody'}`,
    );
    verdict.demand(
      able.length > 0,
      'no host of the inventory is to run the engine VM',
      'Give the first host the role hostedEngine, better two of them',
    );
    if (able.length > 0 && able.length < ENGINE_HOSTS) {
      verdict.seen(`only ${able[0]} is to run the engine VM: when it fails, nothing restarts the engine elsewhere`);
    }
    if (others.length > 0) verdict.seen(`to run other VMs only: ${others.join(', ')}`);
    if (storage.dataDomains.length === 0)
      verdict.seen('no data domain is described: the data center will not be initialised');
    const { findings, evidence } = verdict;
    return { state: findings.length > 0 ? 'refused' : 'already', changes: [], evidence, findings };
  },
});
