import type { HostParams } from '../host/params.ts';
import { engineOperation } from '../operation.ts';
import { findHost, type HostView } from './hosts.ts';

/**
 * Takes a host that is in maintenance out of the engine; what is on the machine stays. Nothing takes this back but adding
 * it anew. (engine: RemoveVdsCommand)
 */
export const removeHostFromEngine = engineOperation<HostParams, HostView | undefined>({
  name: 'removeHostFromEngine',
  title: ({ host }) => `Remove ${host} from the engine`,
  settleSeconds: 120,
  look: (context, { host }) => findHost(context, host),
  decide(seen, { host }) {
    if (seen === undefined) return { state: 'already', changes: [], evidence: [`the engine does not have ${host}`] };
    const what = `${host} is ${seen.status} in the engine`;
    const evidence = [what];
    const changes = [{ request: 'DELETE' as const, path: `/hosts/${seen.id}` }];
    if (['maintenance', 'install_failed'].includes(seen.status)) return { state: 'wouldDo', changes, evidence };
    const fix = 'Put it into maintenance in the Administration Portal, then retry';
    return { state: 'refused', changes, evidence, findings: [{ what, fix }] };
  },
});
