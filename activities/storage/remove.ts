import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import { type EngineStorageDomain, engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { type LunState, lunContent, lunReads, parseLun, wipeByHand } from '../hosted-engine/lun.ts';
import { type EngineDecision, type EngineRequest, engineOperation } from '../operation.ts';
import { type ExportState, lookAtExport } from './export.ts';
import { type DomainFacts, domainFacts, ownRequest } from './facts.ts';
import type { AttachedStorageDomain, RemoveStorageDomain } from './params.ts';
import type { NfsDomain } from './wish.ts';

interface DetachFacts extends DomainFacts {
  /** Disks that somebody has put there meanwhile. */
  readonly disks: readonly EngineDisk[];
}

/**
 * Takes a domain out of its data center: into maintenance, then detached; leaves it unattached. One with disks stays: the
 * engine refuses only while VMs run on it, else it forgets them, and what removes the domain next would destroy them.
 * (engine, …/deactivate and DELETE of the attached domain)
 */
export const detachStorageDomain = engineOperation<AttachedStorageDomain, DetachFacts>({
  name: 'detachStorageDomain',
  title: ({ name, dataCenter }) => `Detach ${name} from ${dataCenter}`,
  settleSeconds: 900,
  inTurns: true,
  async look(context, { name, dataCenter }) {
    const facts = await domainFacts(context, name, dataCenter);
    if (facts.domain === undefined || facts.attached === undefined) return { ...facts, disks: [] };
    const disks = await context.engine().list(`/storagedomains/${facts.domain.id}/disks`, engineDisk);
    return { ...facts, disks: disks.filter(({ content_type }) => content_type !== OVF_STORE) };
  },
  decide({ domain, attached, dataCenter, disks }, { name }): EngineDecision<undefined> {
    const evidence = [`storage domain ${name} is ${attached ?? 'not attached'} in data center ${dataCenter.name}`];
    if (attached === undefined) return { state: 'already', changes: [], evidence };
    if (disks.length > 0) {
      const what = `storage domain ${name} holds ${disks.map(({ alias, id }) => alias || id).join(', ')}, which would be lost with it`;
      const fix = 'Move or remove what it holds (Storage, Disks), then retry; or skip this undo, and the domain stays';
      return { state: 'refused', changes: [], evidence, findings: [{ what, fix }] };
    }
    const path = `/datacenters/${dataCenter.id}/storagedomains/${domain?.id}`;
    const detach: EngineRequest = { request: 'DELETE', path };
    if (attached === 'maintenance') return { state: 'wouldDo', changes: [detach], evidence };
    if (['active', 'inactive', 'unknown', 'mixed'].includes(attached)) {
      return { state: 'wouldDo', changes: [{ request: 'POST', path: `${path}/deactivate` }, detach], evidence };
    }
    return { state: 'underWay', changes: [], evidence, awaits: `storage domain ${name} is ${attached}` };
  },
});

/** Disks in which the engine itself keeps what a domain holds. */
const OVF_STORE = 'ovf_store';

interface RemoveFacts {
  readonly domain: EngineStorageDomain | undefined;
  readonly host: HostView | undefined;
  /** The step that this takes back has made it, as the engine's events tell. */
  readonly ours: boolean;
  /** What is on its LUN once the domain is gone. */
  readonly lun?: LunState;
  /** The same of its export. */
  readonly share?: ExportState;
}

/**
 * Removes the unattached domain that the run has made. A LUN counts as free afterwards: the engine makes a domain on it
 * anew or not at all. The files in an export stay, and are told: a domain that appeared there behind the last look would
 * have been taken in by the same request, with the same event. One of this name that somebody else has made or imported
 * meanwhile is left as it is. (engine, DELETE /storagedomains/{id}, which needs the name of a host; `format`: whether
 * the host wipes it; BackendStorageDomainsResource.getExistingStorageDomain)
 */
export const removeStorageDomain = engineOperation<RemoveStorageDomain, RemoveFacts>({
  name: 'removeStorageDomain',
  title: ({ name }) => `Remove the storage domain ${name}`,
  settleSeconds: 600,
  async look(context, { name, lun, nfs }) {
    const [domain, hosts] = await Promise.all([
      context.engine().named('/storagedomains', name, engineStorageDomain),
      engineHosts(context),
    ]);
    const up = hosts.filter(({ status }) => status === 'up');
    const host = up.find(({ inventoryName }) => inventoryName !== undefined) ?? up[0];
    const ours = domain !== undefined && (await ownRequest(context, domain)) !== undefined;
    if (domain !== undefined || host?.inventoryName === undefined) return { domain, host, ours };
    if (nfs !== undefined) return { domain, host, ours, share: await lookAtExport(context, host.inventoryName, nfs) };
    if (lun === undefined) return { domain, host, ours };
    const answers = await readAll(context.host(host.inventoryName), lunReads(lun.wwid));
    return { domain, host, ours, lun: parseLun(lun.wwid, answers) };
  },
  decide({ domain, host, ours, lun: seen, share }, { name, lun, nfs }): EngineDecision<undefined> {
    if (domain === undefined) {
      const leaves = (seen && lun && leftOn(seen, lun.held)) ?? (share && nfs && leftIn(share, nfs));
      const evidence = [`the engine has no domain ${name}`];
      return { state: 'already', changes: [], evidence, ...(leaves && { leaves }) };
    }
    const evidence = [`storage domain ${name} is ${domain.status ?? 'attached'}`];
    if (!ours) {
      const what = `storage domain ${name} is in the engine, but no event tells that this run has made it`;
      const byHand = `if nobody needs what it holds: remove storage domain ${name} in the Administration Portal`;
      return { state: 'already', changes: [], evidence: [...evidence, what], leaves: { what, byHand } };
    }
    if (host === undefined) {
      const fix = 'Activate a host that sees the storage';
      return { state: 'refused', changes: [], evidence, findings: [{ what: 'no host is up to remove it with', fix }] };
    }
    const query = { host: host.name, format: nfs === undefined ? 'true' : 'false' };
    return {
      state: 'wouldDo',
      changes: [{ request: 'DELETE', path: `/storagedomains/${domain.id}`, query }],
      evidence,
    };
  },
});

/** The group goes, the label of its physical volume stays; what the LUN held before does not come back. */
function leftOn(seen: LunState, before: readonly string[]) {
  if (seen.map === undefined) {
    return {
      what: `LUN ${seen.wwid} was taken from the hosts with its domain: it may carry the label of a physical volume`,
      byHand: `for oVirt it counts as free; for any other use, on a host that sees it: ${wipeByHand(seen)}`,
    };
  }
  const now = lunContent(seen);
  if (now.join() === before.join()) return undefined;
  const was = before.length === 0 ? 'nothing' : before.join('; ');
  return {
    what: `LUN ${seen.wwid} carries ${now.join('; ') || 'nothing'}; before the run it carried ${was}`,
    byHand: `for oVirt it counts as free; for any other use, on one host: ${wipeByHand(seen)}`,
  };
}

/** The files of the domain, and whatever else is a domain there: nobody can tell whose they are. */
function leftIn({ domains, trouble }: ExportState, { address, path }: NfsDomain) {
  const where = `NFS export ${address}:${path}`;
  if (trouble !== undefined) {
    return { what: `nobody could look into ${where}: ${trouble}`, byHand: 'look for directories with a dom_md in it' };
  }
  if (domains.length === 0) return undefined;
  const named = domains.map(({ id, name }) => (name === undefined ? id : `${id} (${name})`));
  return {
    what: `${where} carries the files of ${named.join(', ')}`,
    byHand: `no undo removes them, because they may be somebody else's; if nobody needs them, on the server: rm -r ${domains.map(({ id }) => `${path}/${id}`).join(' ')}`,
  };
}
