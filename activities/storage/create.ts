import { type EngineDecision, engineOperation } from '../operation.ts';
import { type DomainFacts, domainFacts, workingHost } from './facts.ts';
import type { AttachedStorageDomain, CreateStorageDomain } from './params.ts';
import { storageBody, storageWords, wishedDomain } from './wish.ts';

/**
 * Makes a data domain on its storage; leaves it unattached. What the storage held is lost, and nothing brings it back.
 * (article, section 10; engine, POST /storagedomains: it answers when the volume group is made)
 */
export const createStorageDomain = engineOperation<CreateStorageDomain, DomainFacts>({
  name: 'createStorageDomain',
  title: ({ name }) => `Create the storage domain ${name}`,
  settleSeconds: 600,
  look: (context, { name, dataCenter }) => domainFacts(context, name, dataCenter),
  decide(facts, { name, overwrite = false, held = [] }, { inventory }): EngineDecision<undefined> {
    const wish = wishedDomain(inventory, name);
    if (facts.domain !== undefined) {
      return { state: 'already', changes: [], evidence: [`storage domain ${name} exists`] };
    }
    const body = { name, type: 'data', host: { name: workingHost(facts).name }, storage: storageBody(wish, overwrite) };
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: '/storagedomains', body }],
      evidence: [`the engine has no storage domain ${name}`],
      awaits: `the engine prepares ${storageWords(wish)}`,
      undo: {
        title: `Remove the storage domain ${name}`,
        call: {
          operation: 'removeStorageDomain',
          params: { name, ...(wish.type === 'fc' && wish.lun && { lun: { wwid: wish.lun, held } }) },
        },
        byHand: `remove storage domain ${name} with Format Domain ticked, in the Administration Portal`,
      },
    };
  },
});

/**
 * Attaches a domain to a data center, which activates it; leaves it `active`, and the data center initialised if this is
 * its first one. (engine, POST /datacenters/{id}/storagedomains)
 */
export const attachStorageDomain = engineOperation<AttachedStorageDomain, DomainFacts>({
  name: 'attachStorageDomain',
  title: ({ name, dataCenter }) => `Attach ${name} to ${dataCenter}`,
  settleSeconds: 900,
  inTurns: true,
  look: (context, { name, dataCenter }) => domainFacts(context, name, dataCenter),
  decide({ domain, attached, dataCenter }, { name }): EngineDecision<undefined> {
    const place = `/datacenters/${dataCenter.id}/storagedomains`;
    const evidence = [`storage domain ${name} is ${attached ?? 'not attached'} in data center ${dataCenter.name}`];
    if (attached === 'active') return { state: 'already', changes: [], evidence };
    const undo = {
      title: `Detach ${name} from ${dataCenter.name}`,
      call: { operation: 'detachStorageDomain', params: { name, dataCenter: dataCenter.name } },
      byHand: `in the Administration Portal, put storage domain ${name} into maintenance and detach it`,
    };
    if (attached === undefined) {
      // By its name, because the plan is made before it has an id.
      return { state: 'wouldDo', changes: [{ request: 'POST', path: place, body: { name } }], evidence, undo };
    }
    if (['maintenance', 'inactive'].includes(attached)) {
      const path = `${place}/${domain?.id}/activate`;
      return { state: 'wouldDo', changes: [{ request: 'POST', path }], evidence, undo };
    }
    return { state: 'underWay', changes: [], evidence, awaits: `storage domain ${name} is ${attached}`, undo };
  },
});
