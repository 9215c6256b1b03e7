import { type EngineDataCenter, engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';

export interface DataCenterParams {
  readonly name: string;
}

export interface CreateDataCenter extends DataCenterParams {
  /** Storage that only its one host sees; default: shared. */
  readonly local?: boolean;
}

/** How an object that may exist already is otherwise than wished, a line each. */
export interface Differences {
  readonly exists: boolean;
  readonly differences: readonly string[];
}

interface DataCenterFacts {
  readonly found: EngineDataCenter | undefined;
}

async function look(context: OperationContext, { name }: DataCenterParams): Promise<DataCenterFacts> {
  return { found: await context.engine().named('/datacenters', name, engineDataCenter) };
}

const storage = (local: boolean) => (local ? 'local' : 'shared');

/**
 * Brings about a data center with the wished type of storage; hosts that have local storage only cannot join a shared
 * one. Leaves a new one `uninitialized` until its first data domain is attached.
 * (article, section 6; engine, /datacenters, where `local` must be given)
 */
export const createDataCenter = engineOperation<CreateDataCenter, DataCenterFacts, Differences>({
  name: 'createDataCenter',
  title: ({ name }) => `Create the data center ${name}`,
  settleSeconds: 60,
  look,
  decide({ found }, { name, local = false }): EngineDecision<Differences> {
    if (found === undefined) {
      return {
        state: 'wouldDo',
        changes: [{ request: 'POST', path: '/datacenters', body: { name, local } }],
        evidence: [`the engine has no data center ${name}`],
        output: { exists: false, differences: [] },
        undo: {
          title: `Remove the data center ${name}`,
          call: { operation: 'removeDataCenter', params: { name } },
          byHand: `remove data center ${name} in the Administration Portal`,
        },
      };
    }
    const is = found.local === true;
    const evidence = [`data center ${name} is ${found.status}, with ${storage(is)} storage`];
    if (is === local) return { state: 'already', changes: [], evidence, output: { exists: true, differences: [] } };
    return {
      state: 'wouldDo',
      changes: [{ request: 'PUT', path: `/datacenters/${found.id}`, body: { local } }],
      evidence,
      output: { exists: true, differences: [`its storage is ${storage(is)} instead of ${storage(local)}`] },
      undo: {
        title: `Make the storage of data center ${name} ${storage(is)} again`,
        call: { operation: 'createDataCenter', params: { name, local: is } },
        byHand: `set the storage type of data center ${name} to ${storage(is)} in the Administration Portal`,
      },
    };
  },
});

/** Leaves no data center of this name; the engine refuses while it has hosts or storage. */
export const removeDataCenter = engineOperation<DataCenterParams, DataCenterFacts>({
  name: 'removeDataCenter',
  title: ({ name }) => `Remove the data center ${name}`,
  settleSeconds: 60,
  look,
  decide({ found }, { name }): EngineDecision<undefined> {
    if (found === undefined) {
      return { state: 'already', changes: [], evidence: [`the engine has no data center ${name}`] };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'DELETE', path: `/datacenters/${found.id}` }],
      evidence: [`data center ${name} is ${found.status}`],
    };
  },
});
