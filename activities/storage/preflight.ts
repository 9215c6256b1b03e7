import { type EngineLun, engineHostStorage } from '../../connectors/engine/model/host-storage.ts';
import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { portalsOf } from '../../inventory/wished.ts';
import { hostName } from '../engine/hosts.ts';
import { sizeGiB } from '../host/parse/multipath.ts';
import { readAll } from '../host/read-all.ts';
import { type LunState, lunContent, lunReads, parseLun } from '../hosted-engine/lun.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import { besides, type ExportState, judgeDomains, judgeExport, lookAtExport } from './export.ts';
import { type DomainFacts, domainFacts, ownersOf, workingHost } from './facts.ts';
import type { PreflightStorageDomain, StoragePreflight } from './params.ts';
import { judgePortals, lookAtTargets, type PortalAnswer } from './portals.ts';
import { lookAtSessions, type Sessions } from './sessions.ts';
import { elsewhere, isIscsi, isNfs, type NfsDomain, storageWords, wishedDomain } from './wish.ts';

interface PreflightFacts extends DomainFacts {
  /** The LUN as each host of the data center sees it, by the host's name in the inventory. */
  readonly seen: ReadonlyMap<string, LunState>;
  /** What the portals of an iSCSI target tell each host that is up. */
  readonly targets: readonly PortalAnswer[];
  /** How each of these is logged in to it. */
  readonly sessions: ReadonlyMap<string, Sessions>;
  /** The export in the same way. */
  readonly exports: ReadonlyMap<string, ExportState>;
  /** Hosts of the data center that the inventory does not have, so that nobody can look at their paths. */
  readonly strangers: readonly string[];
  /** The LUN as the engine sees it. */
  readonly lun?: EngineLun;
  /** Name of the storage domain of this engine that has the LUN. */
  readonly owner?: string;
  /** Names of the storage domains of this engine whose directories lie in the export, by their ids. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * Reads whether a storage domain can be made, on every host of the data center: the LUN under its WWID, over sound paths,
 * of the wished size; the export mounted and open to vdsm; and whose it is now. Changes nothing.
 * (article, section 10: visible with `multipath -ll` on each host; engine, /hosts/{id}/storage)
 */
export const preflightStorageDomain = engineOperation<PreflightStorageDomain, PreflightFacts, StoragePreflight>({
  name: 'preflightStorageDomain',
  title: ({ name }) => `Check the storage of ${name}`,
  look: lookAtStorage,
  decide(facts, { name, dataCenter, loggedIn }, { inventory }): EngineDecision<StoragePreflight> {
    const wish = wishedDomain(inventory, name);
    const { domain, owner, seen, lun, exports, sessions } = facts;
    // Without a session no host sees the LUN of a target.
    const out = isIscsi(wish) && loggedIn !== true && domain === undefined;
    const lacks = (host: string, { map }: LunState) =>
      map === undefined || (sessions.get(host)?.missing.length ?? 0) > 0;
    const logins = [...seen].filter(([host, state]) => out && lacks(host, state)).map(([host]) => host);
    const states = [...seen].filter(([host, { map }]) => map !== undefined || !logins.includes(host));
    const content = domain !== undefined ? [] : [...new Set(states.flatMap(([, state]) => contentOf(state)))];
    const [, first] = states[0] ?? [];
    const place = domain && elsewhere(domain, wish);
    const evidence = [
      `data center ${dataCenter} is ${facts.dataCenter.status}, with ${facts.hosts.length} hosts`,
      domain === undefined ? `the engine has no storage domain ${name}` : `storage domain ${name} exists`,
      ...states.map(([host, state]) => `${host}: ${lunWords(state)}`),
      ...content.map((what) => `the LUN carries ${what}`),
      ...(lun?.status === undefined ? [] : [`the engine calls the LUN ${lun.status}`]),
      ...[...sessions].map(
        ([host, { open, missing }]) =>
          `${host}: logged in to ${wish.target} by ${open.length} of ${open.length + missing.length} portals`,
      ),
      ...[...exports].map(([host, state]) => `${host}: ${exportWords(state)}`),
    ];
    const findings = [
      ...facts.strangers.map(stranger),
      ...states.flatMap(([host, state]) => judgeLun(host, state, wish.size)),
      ...(isNfs(wish) ? judgeExports(facts, wish) : []),
      ...(isIscsi(wish) ? judgePortals(facts, wish, !out) : []),
      ...(owner !== undefined && owner !== name ? [taken(wish.lun ?? '', owner)] : []),
      ...(place === undefined ? [] : [misplaced(name, place, storageWords(wish))]),
    ];
    const output: StoragePreflight = {
      storage: first?.map === undefined ? storageWords(wish) : lunWords(first),
      exists: domain !== undefined,
      logins,
      content,
      beside: domain !== undefined ? [] : [...new Set([...exports.values()].flatMap(besides))],
      held: domain !== undefined ? [] : [...new Set(states.flatMap(([, state]) => lunContent(state)))],
      hosts: facts.hosts.map(hostName),
    };
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, output, findings };
    return { state: 'already', changes: [], evidence, output };
  },
});

async function lookAtStorage(
  context: OperationContext,
  { name, dataCenter }: PreflightStorageDomain,
): Promise<PreflightFacts> {
  const wish = wishedDomain(context.inventory, name);
  const { lun: wwid } = wish;
  const facts = await domainFacts(context, name, dataCenter);
  const worker = workingHost(facts);
  const known = facts.hosts.flatMap(({ inventoryName }) => (inventoryName === undefined ? [] : [inventoryName]));
  const strangers = facts.hosts.filter(({ inventoryName }) => inventoryName === undefined).map((host) => host.name);
  const nothing = { seen: new Map(), exports: new Map(), owners: new Map(), targets: [], sessions: new Map() };
  if (isNfs(wish)) {
    const exports = await Promise.all(
      known.map(async (host) => [host, await lookAtExport(context, host, wish)] as const),
    );
    const owners = await ownersOf(
      context,
      exports.flatMap(([, { domains }]) => domains.map(({ id }) => id)),
    );
    return { ...facts, ...nothing, strangers, exports: new Map(exports), owners };
  }
  if (wwid === undefined) return { ...facts, ...nothing, strangers };
  const targets = isIscsi(wish) ? await lookAtTargets(context, facts.hosts, wish) : [];
  // Only where the engine can log a host in does it have to see the LUN of a target.
  const up = facts.hosts.filter(({ status }) => status === 'up').map(hostName);
  const asked = isIscsi(wish) ? known.filter((host) => up.includes(host)) : known;
  const [seen, sessions, storages] = await Promise.all([
    Promise.all(
      asked.map(async (host) => [host, parseLun(wwid, await readAll(context.host(host), lunReads(wwid)))] as const),
    ),
    Promise.all(
      isIscsi(wish)
        ? asked.map(async (host) => [host, await lookAtSessions(context, host, wish.target, portalsOf(wish))] as const)
        : [],
    ),
    context.engine().list(`/hosts/${worker.id}/storage`, engineHostStorage),
  ]);
  const lun = storages.flatMap(({ logical_units }) => logical_units).find(({ id }) => id === wwid);
  const ownerId = lun?.storage_domain_id;
  const owner = ownerId && (await context.engine().find(`/storagedomains/${ownerId}`, engineStorageDomain));
  return {
    ...facts,
    ...nothing,
    seen: new Map(seen),
    targets,
    sessions: new Map(sessions),
    strangers,
    ...(lun !== undefined && { lun }),
    ...(owner && { owner: owner.name }),
  };
}

/** A domain that was removed leaves the label of a physical volume, which holds nothing without a volume group. */
function contentOf(state: LunState): readonly string[] {
  const { volumeGroup, signatures, children } = state;
  const label = volumeGroup === undefined && children.length === 0 && signatures.join() === 'LVM2_member';
  return label ? [] : lunContent(state);
}

function lunWords({ wwid, map }: LunState): string {
  if (map === undefined) return `LUN ${wwid} is not visible`;
  const usable = map.paths.filter((path) => path.usable).length;
  return `LUN ${wwid}, ${map.size}, ${map.vendor} ${map.product}, ${usable} of ${map.paths.length} paths`;
}

/** The LUN as a host sees it: visible, over sound paths, of the size that is expected. */
export function judgeLun(host: string, { wwid, map }: LunState, size: string | undefined): readonly Finding[] {
  if (map === undefined) {
    const fix =
      'Present it to the host on the array, rescan (rescan-scsi-bus.sh or a reboot), then look at multipath -ll';
    return [{ what: `LUN ${wwid} is not visible on ${host}`, fix }];
  }
  const broken = map.paths
    .filter((path) => !path.usable)
    .map(({ hctl, device, state }) => `${hctl} ${device} ${state}`);
  const paths: Finding = {
    what: `LUN ${wwid} on ${host} has paths that are not active ready running: ${broken.join(', ') || 'it has no path at all'}`,
    fix: 'Look at cables, switch zoning and controllers of the array, then at multipath -ll',
  };
  const wrongSize: Finding = {
    what: `LUN ${wwid} has ${map.size} on ${host}, but the inventory expects ${size}: this may be the wrong LUN`,
    fix: 'Correct lun or size of the storage domain in the inventory',
  };
  return [
    ...(broken.length > 0 || map.paths.length === 0 ? [paths] : []),
    ...(size !== undefined && sizeGiB(size) !== sizeGiB(map.size) ? [wrongSize] : []),
  ];
}

/** On every host for itself, and once what lies in the export beside the domain that is there already. */
function judgeExports({ exports, domain, owners }: PreflightFacts, wish: NfsDomain): readonly Finding[] {
  const found = [...exports.values()].find(({ root }) => root !== undefined);
  const others = (found?.domains ?? []).filter(({ id }) => id !== domain?.id);
  const hosts = [...exports].flatMap(([host, state]) => judgeExport(host, state, wish));
  const once = hosts.filter(({ what }, index) => hosts.findIndex((other) => other.what === what) === index);
  return [...once, ...judgeDomains({ domains: others }, wish, owners)];
}

function exportWords({ addresses, root, trouble, entries, domains }: ExportState): string {
  const where = addresses.length === 0 ? 'the server has no address' : `the server is ${addresses.join(', ')}`;
  if (root === undefined) return `${where}; ${trouble}`;
  return `${where}; the export belongs to ${root.owner}, mode ${root.mode}, with ${domains.length} storage domains and ${besides({ entries, domains }).length} other entries`;
}

function stranger(host: string): Finding {
  const fix = 'Describe it in the inventory, or move it to another data center';
  return { what: `host ${host} is in the data center, but not in the inventory: its storage cannot be looked at`, fix };
}

function misplaced(name: string, place: string, wished: string): Finding {
  const fix = 'Correct it in the inventory, or give one of the two domains another name';
  return { what: `storage domain ${name} exists on ${place}, but the inventory has it on ${wished}`, fix };
}

function taken(lun: string, owner: string): Finding {
  const fix = 'Take another LUN, or remove that storage domain first';
  return { what: `LUN ${lun} belongs to the storage domain ${owner}`, fix };
}
