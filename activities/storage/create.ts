import { readAll } from '../host/read-all.ts';
import { type LunState, lunContent, lunReads, parseLun } from '../hosted-engine/lun.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import { type ExportState, judgeDomains, judgeMade, lookAtExport } from './export.ts';
import { type DomainFacts, domainFacts, ownersOf, ownRequest, takingIn, workingHost } from './facts.ts';
import { chapPurpose } from './iscsi.ts';
import type { AttachedStorageDomain, CreateStorageDomain } from './params.ts';
import { isNfs, storageBody, storageWords, wishedDomain } from './wish.ts';

interface CreateFacts extends DomainFacts {
  /** The export as it is just before; with the names of those storage domains of this engine that lie in it, by id. */
  readonly share?: { readonly state: ExportState; readonly owners: ReadonlyMap<string, string> };
  /** The engine has the domain by a request of this step; `job` where that one says that it was taken in. */
  readonly ours?: { readonly job?: string };
  /** The LUN as it is just before. */
  readonly lun?: LunState;
}

/**
 * Makes a data domain on its storage; leaves it unattached. What a LUN held is lost, and nothing brings it back: it may be
 * what was seen before, and no more. An export must have no domain, because the engine would take that one in and call it
 * the new one; where one comes in between, that is seen before it is attached.
 * (article, section 10; engine, POST /storagedomains: it answers when the volume group is made;
 * BackendStorageDomainsResource.addDomain, getExistingStorageDomain)
 */
export const createStorageDomain = engineOperation<CreateStorageDomain, CreateFacts>({
  name: 'createStorageDomain',
  title: ({ name }) => `Create the storage domain ${name}`,
  settleSeconds: 600,
  look: lookBefore,
  decide(facts, { name, overwrite = false, held = [] }, context): EngineDecision<undefined> {
    const wish = wishedDomain(context.inventory, name);
    if (facts.domain !== undefined) {
      const evidence = [`storage domain ${name} exists`];
      const found = facts.share?.state.domains.find(({ id }) => id === facts.domain?.id);
      const takenIn = found && isNfs(wish) ? judgeMade(found, wish, facts.ours) : undefined;
      if (takenIn === undefined) return { state: 'already', changes: [], evidence };
      const { lines, ...finding } = takenIn;
      return { state: 'refused', changes: [], evidence, findings: [finding], failed: { ...finding, lines } };
    }
    const findings = [
      ...(isNfs(wish) && facts.share ? judgeDomains(facts.share.state, wish, facts.share.owners) : []),
      ...(facts.lun ? judgeNews(facts.lun, held) : []),
    ];
    if (findings.length > 0) return { state: 'refused', changes: [], evidence: [], findings };
    const body = { name, type: 'data', host: { name: workingHost(facts).name }, storage: storageBody(wish, overwrite) };
    const secrets = {
      'storage.logical_units.logical_unit.0.password': () => context.secret(wish.chap?.password, chapPurpose(name)),
    };
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: '/storagedomains', body, ...(wish.chap && { secrets }) }],
      evidence: [`the engine has no storage domain ${name}`],
      awaits: `the engine prepares ${storageWords(wish)}`,
      undo: {
        title: `Remove the storage domain ${name}`,
        call: {
          operation: 'removeStorageDomain',
          params: {
            name,
            ...(!isNfs(wish) && wish.lun && { lun: { wwid: wish.lun, held } }),
            ...(isNfs(wish) && { nfs: wish }),
          },
        },
        byHand: `remove storage domain ${name} in the Administration Portal, ${isNfs(wish) ? 'without Format Domain: its files stay' : 'with Format Domain ticked'}`,
      },
    };
  },
});

async function lookBefore(context: OperationContext, { name, dataCenter }: CreateStorageDomain): Promise<CreateFacts> {
  const wish = wishedDomain(context.inventory, name);
  const facts = await domainFacts(context, name, dataCenter);
  // Once it is attached, its name and what it holds tell nothing any more.
  if (facts.attached !== undefined || (facts.domain !== undefined && !isNfs(wish))) return facts;
  const { inventoryName: host } = workingHost(facts);
  if (host === undefined) return facts;
  if (isNfs(wish)) {
    const state = await lookAtExport(context, host, wish);
    const ids = state.domains.map(({ id }) => id);
    const request = facts.domain && (await ownRequest(context, facts.domain));
    const job = request && (await takingIn(context, request));
    const ours = request === undefined ? {} : { ours: { ...(job !== undefined && { job }) } };
    return { ...facts, share: { state, owners: await ownersOf(context, ids) }, ...ours };
  }
  const { lun: wwid } = wish;
  if (wwid === undefined) return facts;
  return { ...facts, lun: parseLun(wwid, await readAll(context.host(host), lunReads(wwid))) };
}

/** What the LUN carries now and did not when people were asked, which may be hours ago: nobody has agreed to lose it. */
function judgeNews(lun: LunState, held: readonly string[]): readonly Finding[] {
  const news = lunContent(lun).filter((line) => !held.includes(line));
  if (news.length === 0) return [];
  const fix =
    'Find out whose it is; if nobody needs it, roll back and start anew: the run then asks before it takes it';
  return [{ what: `LUN ${lun.wwid} carries ${news.join('; ')}, which it did not when this run looked before`, fix }];
}

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
