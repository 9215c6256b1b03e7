/** The datacentre's iSCSI storage, and the sessions of hosts: a login brings a path to each LUN of the target. */
import type {
  ChapCredentials,
  IscsiNode,
  IscsiPortal,
  IscsiSession,
  IscsiTarget,
  Lab,
  LabHost,
  Lun,
  LunPath,
} from '../types.ts';
import { actAs } from './current.ts';
import { freeMinor } from './logical-volumes.ts';

const GiB = 2 ** 30;
export const ISCSI_PORT = 3260;
/** The only portal group of each target. */
export const PORTAL_GROUP = 1;

const addresses = ['172.20.32.7', '172.20.32.8'] as const;
export const CHAP_USER = 'ovirt';

const lun = (wwid: string, number: number, size: number, product: string): Lun => ({
  wwid,
  number,
  size,
  vendor: 'LIO-ORG ',
  product,
  features: '0',
  hardwareHandler: '1 alua',
  paths: new Map(),
  minors: new Map(),
  blocks: new Map(),
});

/** Two targets behind the same two portals, the second one with a password. */
export function addIscsiTargets(lab: Lab): void {
  const portals: IscsiPortal[] = addresses.map((address) => ({ address, port: ISCSI_PORT, answering: true }));
  const open = lun('36001405d1a0c4f3b8e24f1c9a7b6d502', 0, 1024 * GiB, 'data');
  const guarded = lun('36001405e7b95d2c4a1f4c0d8b3e6a917', 0, 500 * GiB, 'secure');
  const chap = { username: CHAP_USER, password: lab.secrets.iscsiPassword };
  lab.targets.push(
    { iqn: 'iqn.2019-11.local.test:data', portals, luns: [open] },
    { iqn: 'iqn.2019-11.local.test:secure', portals, chap, luns: [guarded] },
  );
  lab.luns.push(open, guarded);
  for (const portal of portals) {
    lab.servers.set(portal.address, {
      state: (port) => (!portal.answering ? 'silent' : port === 0 || port === portal.port ? 'open' : 'refused'),
      request: () => ({ status: 404, body: '' }),
    });
  }
}

/** The target that a LUN belongs to; none for a LUN of the Fibre Channel array. */
export const targetOf = (host: LabHost, one: Lun): IscsiTarget | undefined =>
  host.lab.targets.find((target) => target.luns.includes(one));

const answers = (host: LabHost, portal: IscsiPortal): boolean =>
  portal.answering && host.network.reachable(portal.address);

/** The targets that a portal names to the host; undefined when nothing answers there. */
export function discover(host: LabHost, address: string, port: number): IscsiTarget[] | undefined {
  const known = host.resolve(address);
  const found = host.lab.targets.filter((target) =>
    target.portals.some((one) => known.includes(one.address) && one.port === port && answers(host, one)),
  );
  return found.length > 0 ? found : undefined;
}

const SESSIONS = 'iscsi-sessions';
const NODES = 'iscsi-nodes';

export const sessionsOf = (host: LabHost): readonly IscsiSession[] =>
  (host.volatile.get(SESSIONS) as IscsiSession[] | undefined) ?? [];

/** open-iscsi's records of the host, which a caller may change. */
export function nodesOf(host: LabHost): IscsiNode[] {
  const nodes = (host.kept.get(NODES) as IscsiNode[] | undefined) ?? [];
  host.kept.set(NODES, nodes);
  return nodes;
}

/** Devices that the host's own disk and the array do not use. */
function freeDevice(host: LabHost): { name: string; minor: number } {
  const taken = new Set(host.lab.luns.flatMap((one) => (one.paths.get(host.name) ?? []).map(({ device }) => device)));
  let index = 3;
  while (taken.has(`sd${String.fromCharCode(97 + index)}`)) index += 1;
  return { name: `sd${String.fromCharCode(97 + index)}`, minor: index * 16 };
}

/** A path by a session: it fails while its portal does not answer. */
class IscsiPath implements LunPath {
  readonly hctl: string;
  readonly device: string;
  readonly major = 8;
  readonly minor: number;
  prio = 50;
  #broken = false;
  readonly #alive: () => boolean;

  constructor(at: { hctl: string; device: string; minor: number }, alive: () => boolean) {
    this.hctl = at.hctl;
    this.device = at.device;
    this.minor = at.minor;
    this.#alive = alive;
  }

  get up(): boolean {
    return !this.#broken && this.#alive();
  }

  set up(value: boolean) {
    this.#broken = !value;
  }
}

const paths = new WeakMap<IscsiSession, { lun: Lun; path: IscsiPath }[]>();

function attach(host: LabHost, session: IscsiSession): void {
  const made = session.target.luns.map((one) => {
    const { name: device, minor } = freeDevice(host);
    const at = { hctl: `${session.id + 19}:0:0:${one.number}`, device, minor };
    const path = new IscsiPath(at, () => answers(host, session.portal));
    if (!one.minors.has(host.name)) one.minors.set(host.name, freeMinor(host));
    one.paths.set(host.name, [...(one.paths.get(host.name) ?? []), path]);
    actAs(undefined, () => {
      for (const node of [device, `mapper/${one.wwid}`]) host.fs.write(`/dev/${node}`, '', { mode: 0o660 });
    });
    return { lun: one, path };
  });
  paths.set(session, made);
}

function detach(host: LabHost, session: IscsiSession): void {
  const remove = (node: string): void => {
    if (host.fs.exists(node)) host.fs.remove(node);
  };
  actAs(undefined, () => {
    for (const { lun: one, path } of paths.get(session) ?? []) {
      const rest = (one.paths.get(host.name) ?? []).filter((other) => other !== path);
      remove(`/dev/${path.device}`);
      if (rest.length > 0) {
        one.paths.set(host.name, rest);
        continue;
      }
      one.paths.delete(host.name);
      one.minors.delete(host.name);
      remove(`/dev/mapper/${one.wwid}`);
    }
  });
}

export type LoginTrouble = 'unreachable' | 'unauthorised';

/** Opens a session, or finds it open; gives the reason when that fails. */
export function logIn(
  host: LabHost,
  to: { readonly iqn: string; readonly address: string; readonly port: number },
  credentials: ChapCredentials = {},
): LoginTrouble | undefined {
  const known = host.resolve(to.address);
  const target = host.lab.targets.find(({ iqn }) => iqn === to.iqn);
  const portal = target?.portals.find((one) => known.includes(one.address) && one.port === to.port);
  if (!target || !portal || !answers(host, portal)) return 'unreachable';
  const sessions = sessionsOf(host);
  if (sessions.some((one) => one.target === target && one.portal === portal)) return undefined;
  const { chap } = target;
  if (chap && (chap.username !== credentials.username || chap.password !== credentials.password)) return 'unauthorised';
  const session: IscsiSession = { id: nextId(host), target, portal, credentials };
  host.volatile.set(SESSIONS, [...sessions, session]);
  attach(host, session);
  return undefined;
}

/** Numbers of sessions go on until the host goes down. */
function nextId(host: LabHost): number {
  const id = ((host.volatile.get('iscsi-last-session') as number | undefined) ?? 0) + 1;
  host.volatile.set('iscsi-last-session', id);
  return id;
}

export function logOut(host: LabHost, session: IscsiSession): void {
  detach(host, session);
  host.volatile.set(
    SESSIONS,
    sessionsOf(host).filter((one) => one !== session),
  );
}

/** A host that went down has no sessions any more. */
export function forgetSessions(host: LabHost): void {
  for (const session of sessionsOf(host)) logOut(host, session);
}
