import type { IscsiTargets } from '../../connectors/engine/index.ts';
import { engineHostStorage } from '../../connectors/engine/model/host-storage.ts';
import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { type HostView, hostInEngine } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext, operation } from '../operation.ts';
import type { IscsiLogin, IscsiLogout } from './params.ts';
import { type IscsiDomain, isIscsi, portalOf, storageWords, wishedDomain } from './wish.ts';

interface LoginFacts {
  readonly host: HostView;
  /** The host has the LUN through this target. */
  readonly reached: boolean;
}

/**
 * Logs a host in to the target of a domain by its engine, so that the LUN can be looked at; leaves it logged in. The engine
 * takes what it knows of the target, CHAP included, from this session when the domain is made.
 * (engine, POST /hosts/{id}/iscsilogin; the ovirt_storage_domain module logs in first too)
 */
export const loginIscsiTarget = engineOperation<IscsiLogin, LoginFacts>({
  name: 'loginIscsiTarget',
  title: ({ name, host }) => `Log ${host} in to the target of ${name}`,
  settleSeconds: 120,
  async look(context, { name, host: wanted }) {
    const wish = iscsiDomain(context, name);
    const host = await hostInEngine(context, wanted);
    const storages = await context
      .engine()
      .list(`/hosts/${host.id}/storage`, engineHostStorage, { query: { report_status: 'false' } });
    const units = storages.flatMap(({ logical_units }) => logical_units);
    return { host, reached: units.some(({ id, target }) => id === wish.lun && target === wish.target) };
  },
  decide({ host, reached }, { name, host: wanted }, context): EngineDecision<undefined> {
    const wish = iscsiDomain(context, name);
    const { target, chap } = wish;
    if (reached) return { state: 'already', changes: [], evidence: [`${wanted} has ${storageWords(wish)}`] };
    const iscsi = { ...portalOf(wish), target, ...(chap && { username: chap.user }) };
    return {
      state: 'wouldDo',
      changes: [
        {
          ...{ request: 'POST', path: `/hosts/${host.id}/iscsilogin`, body: { iscsi } },
          ...(chap && { secrets: { 'iscsi.password': () => context.secret(chap.password, chapPurpose(name)) } }),
        },
      ],
      evidence: [`${wanted} has no LUN ${wish.lun} from ${target}`],
      awaits: `${wanted} looks for LUN ${wish.lun}`,
      undo: {
        title: `Log ${wanted} out of the target of ${name}`,
        call: { operation: 'logoutIscsiTarget', params: { host: wanted, target, lun: wish.lun } },
        byHand: `on ${wanted}: iscsiadm -m node -T ${target} -u; iscsiadm -m node -T ${target} -o delete`,
      },
    };
  },
});

interface LogoutFacts {
  readonly open: boolean;
  /** A storage domain of the engine that lies on the LUN. */
  readonly used?: string;
}

/**
 * Logs a host out of a target and forgets how it logged in; a host whose engine has a domain there stays. The engine does
 * the same where it removes a domain. (iscsiadm(8); 21: no records or sessions)
 */
export const logoutIscsiTarget = operation<IscsiLogout, LogoutFacts>({
  name: 'logoutIscsiTarget',
  title: ({ host, target }) => `Log ${host} out of ${target}`,
  settleSeconds: 30,
  async look(context, { host, target, lun }) {
    const [{ sessions }, domains] = await Promise.all([
      readAll(context.host(host), { sessions: ['iscsiadm', '-m', 'session'] }),
      context.engine().list('/storagedomains', engineStorageDomain),
    ]);
    const used = domains.find(({ storage }) => storage?.volume_group?.logical_units.some(({ id }) => id === lun));
    return { open: hasSession(sessions.text, target), ...(used && { used: used.name }) };
  },
  decide({ open, used }, { host, target }) {
    const evidence = [`${host} is ${open ? '' : 'not '}logged in to ${target}`];
    if (!open) return { state: 'already', changes: [], evidence };
    if (used !== undefined) {
      const what = `${host} stays logged in to ${target}: storage domain ${used} lies there`;
      return {
        state: 'already',
        changes: [],
        evidence,
        leaves: { what, byHand: `remove storage domain ${used} first` },
      };
    }
    const node = ['iscsiadm', '-m', 'node', '-T', target];
    return {
      state: 'wouldDo',
      changes: [
        { argv: [...node, '-u'], okCodes: [0, 21] },
        // The record holds the password of CHAP.
        { argv: [...node, '-o', 'delete'], okCodes: [0, 21] },
      ],
      evidence,
    };
  },
});

/** `tcp: [1] 172.20.32.7:3260,1 iqn.2019-11.local.test:data (non-flash)` */
export function hasSession(text: string, target: string): boolean {
  return text.split('\n').some((line) => /^\w+: \[\d+\] \S+ (\S+)/.exec(line)?.[1] === target);
}

export const chapPurpose = (name: string): string => `the CHAP password of storage domain ${name}`;

function iscsiDomain(context: Pick<OperationContext, 'inventory'>, name: string): IscsiDomain {
  const wish = wishedDomain(context.inventory, name);
  if (isIscsi(wish)) return wish;
  throw new Error(`storage domain ${name} lies on no iSCSI target`);
}

/** What a portal tells a host of its targets. */
export function judgeTargets(host: string, seen: IscsiTargets, wish: IscsiDomain): readonly Finding[] {
  const { address, port } = portalOf(wish);
  const portal = `portal ${address}:${port}`;
  if ('fault' in seen) {
    const fix = `Look whether the storage serves iSCSI on ${address}:${port}, and at network and firewall between it and ${host}`;
    return [{ what: `${host} learns of no target from ${portal}: ${seen.fault}`, fix }];
  }
  if (seen.targets.includes(wish.target)) return [];
  const known = [...new Set(seen.targets)].join(', ') || 'none';
  const fix = `Correct target in the inventory, or let the initiator of ${host} (/etc/iscsi/initiatorname.iscsi) use it`;
  return [{ what: `${portal} offers ${host} no target ${wish.target}; it offers ${known}`, fix }];
}
