import type { EngineReader, IscsiTargets } from '../../connectors/engine/index.ts';
import type { EngineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { type Portal, portalsOf } from '../../inventory/wished.ts';
import { type HostView, hostName } from '../engine/hosts.ts';
import type { Finding } from '../operation.ts';
import { judgeConnections, judgeFurther, judgeSessions, type Sessions } from './sessions.ts';
import { type IscsiDomain, portalWords } from './wish.ts';

/** What a portal tells a host of its targets. */
export interface PortalAnswer {
  readonly host: string;
  readonly portal: Portal;
  readonly told: IscsiTargets;
}

export function judgeTargets({ host, portal, told }: PortalAnswer, { target }: IscsiDomain): readonly Finding[] {
  const place = `portal ${portalWords(portal)}`;
  if ('fault' in told) {
    const fix = `Look whether the storage serves iSCSI on ${portalWords(portal)}, and at network and firewall between it and ${host}`;
    return [{ what: `${host} learns of no target from ${place}: ${told.fault}`, fix }];
  }
  if (told.targets.includes(target)) return [];
  const known = [...new Set(told.targets)].join(', ') || 'none';
  const fix = `Correct target in the inventory, or let the initiator of ${host} (/etc/iscsi/initiatorname.iscsi) use it`;
  return [{ what: `${place} offers ${host} no target ${target}; it offers ${known}`, fix }];
}

interface PortalFacts {
  readonly targets: readonly PortalAnswer[];
  readonly sessions: ReadonlyMap<string, Sessions>;
  /** Absent while the engine has none. */
  readonly domain?: EngineStorageDomain;
}

/** Of the hosts that are up: the engine asks through no other. */
export function lookAtTargets(
  context: { engine(): Pick<EngineReader, 'iscsiTargets'> },
  hosts: readonly HostView[],
  wish: IscsiDomain,
): Promise<readonly PortalAnswer[]> {
  const up = hosts.filter(({ status }) => status === 'up');
  const asked = up.flatMap((host) => portalsOf(wish).map((portal) => ({ host, portal })));
  return Promise.all(
    asked.map(async ({ host, portal }) => ({
      ...{ host: hostName(host), portal },
      told: await context.engine().iscsiTargets(host.id, portal),
    })),
  );
}

/** The portals as hosts learn of them, and once they should be logged in, how they and the engine use them. */
export function judgePortals(
  { targets, sessions, domain }: PortalFacts,
  wish: IscsiDomain,
  loggedIn: boolean,
): readonly Finding[] {
  const [some] = sessions.values();
  return [
    ...targets.flatMap((answer) => judgeTargets(answer, wish)),
    ...(loggedIn
      ? [...sessions].flatMap(([host, found]) => judgeSessions(host, found, wish, domain !== undefined))
      : []),
    ...(domain ? [...sessions].flatMap(([host, found]) => judgeFurther(host, found, wish)) : []),
    ...(domain && some ? judgeConnections(domain, wish, some.addresses) : []),
  ];
}
