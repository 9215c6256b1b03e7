import { isIP } from 'node:net';
import type { EngineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { type Portal, portalsOf } from '../../inventory/wished.ts';
import { parseAddresses } from '../host/parse/names.ts';
import { readAll } from '../host/read-all.ts';
import type { Finding, OperationContext } from '../operation.ts';
import { type IscsiDomain, portalWords } from './wish.ts';

/** How one host is logged in to a target. */
export interface Sessions {
  /** Portals of those that were asked for by which it has a session. */
  readonly open: readonly Portal[];
  readonly missing: readonly Portal[];
  /** Portals of further sessions, as `address:port`. */
  readonly further: readonly string[];
  /** What names of portals resolve to on the host. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
}

/** Reads the sessions of a host with a target; those of other targets are nobody's business here. */
export async function lookAtSessions(
  context: Pick<OperationContext, 'host'>,
  host: string,
  target: string,
  portals: readonly Portal[],
): Promise<Sessions> {
  const named = portals.filter(({ address }) => isIP(address) === 0).map(({ address }) => address);
  const { sessions, ...names } = await readAll(context.host(host), {
    sessions: ['iscsiadm', '-m', 'session'],
    ...Object.fromEntries(named.map((name) => [name, ['getent', 'ahostsv4', name]])),
  });
  const found = Object.entries(names as Record<string, { readonly text: string }>);
  const addresses = Object.fromEntries(found.map(([name, { text }]) => [name, parseAddresses(text)]));
  return sortSessions(parseSessions(sessions.text, target), portals, addresses);
}

/** `tcp: [1] 172.20.32.7:3260,1 iqn.2019-11.local.test:data (non-flash)`: `address:port` of each session with the target. */
export function parseSessions(text: string, target: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, address, port, iqn] = /^\w+: \[\d+\] \[?(.+?)\]?:(\d+),-?\d+ (\S+)/.exec(line) ?? [];
    return iqn === target ? [`${address}:${port}`] : [];
  });
}

export function sortSessions(
  seen: readonly string[],
  portals: readonly Portal[],
  addresses: Sessions['addresses'] = {},
): Sessions {
  const by = (portal: Portal) => waysTo(portal, addresses);
  const isOpen = (portal: Portal) => by(portal).some((way) => seen.includes(way));
  const asked = portals.flatMap(by);
  return {
    open: portals.filter(isOpen),
    missing: portals.filter((portal) => !isOpen(portal)),
    further: seen.filter((way) => !asked.includes(way)),
    addresses,
  };
}

/** A portal by its name and by what that resolves to. */
export const waysTo = ({ address, port }: Portal, addresses: Sessions['addresses']): readonly string[] =>
  [address, ...(addresses[address] ?? [])].map((one) => `${one}:${port}`);

/** Fewer sessions than there should be, so fewer paths; a host that boots before the domain is made has none. */
export function judgeSessions(
  host: string,
  { missing }: Sessions,
  { target }: IscsiDomain,
  made: boolean,
): readonly Finding[] {
  const way = made
    ? `put ${host} into maintenance and activate it, which logs it in by every portal that the engine knows`
    : `retry with an input, if only with {}: the run begins anew, and logs ${host} in again`;
  const fix = `Look at network and firewall between them; then ${way}`;
  return missing.map((portal) => ({
    what: `${host} is not logged in to ${target} by portal ${portalWords(portal)}`,
    fix,
  }));
}

/** Sessions of a domain's hosts that nobody has described. */
export function judgeFurther(host: string, { further }: Sessions, { name, target }: IscsiDomain): readonly Finding[] {
  return further.map((way) => ({
    what: `${host} is logged in to ${target} by portal ${way}, which the inventory does not name`,
    fix: `Add it to otherPortals of storage domain ${name}; or end it on ${host}: iscsiadm -m node -T ${target} -p ${way} -u`,
  }));
}

/** Portals of the inventory that the engine does not know: no host logs in by them once it was away. */
export function judgeConnections(
  { storage }: EngineStorageDomain,
  wish: IscsiDomain,
  addresses: Sessions['addresses'],
): readonly Finding[] {
  const units = storage?.volume_group?.logical_units ?? [];
  const known = units.flatMap((unit) =>
    unit.target === wish.target && unit.address !== undefined ? [`${unit.address}:${unit.port}`] : [],
  );
  // An engine that shows no way to a LUN tells nothing of the portals.
  if (known.length === 0) return [];
  const unknown = portalsOf(wish).filter((portal) => !waysTo(portal, addresses).some((way) => known.includes(way)));
  return unknown.map((portal) => ({
    what: `the engine does not reach storage domain ${wish.name} by portal ${portalWords(portal)}; it knows ${known.join(', ')}`,
    fix: 'Put the domain into maintenance, add the connection in the API (POST /storageconnections, then to /storagedomains/ID/storageconnections), activate it; or correct the inventory',
  }));
}
