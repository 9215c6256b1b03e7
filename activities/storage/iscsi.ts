import { engineHostStorage } from '../../connectors/engine/model/host-storage.ts';
import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { type Portal, portalsOf } from '../../inventory/wished.ts';
import { type HostView, hostInEngine } from '../engine/hosts.ts';
import { type EngineDecision, engineOperation, type OperationContext, operation } from '../operation.ts';
import type { IscsiLogin, IscsiLogout } from './params.ts';
import { lookAtSessions, type Sessions, waysTo } from './sessions.ts';
import { type IscsiDomain, isIscsi, portalWords, storageWords, wishedDomain } from './wish.ts';

interface LoginFacts {
  readonly host: HostView;
  /** The host has the LUN through this target. */
  readonly reached: boolean;
  readonly sessions: Sessions;
}

/**
 * Logs a host in to the target of a domain by its engine, by one portal after the other, so that the LUN can be looked at;
 * leaves it logged in. The engine takes what it knows of the target, portals and CHAP, from these sessions when the domain
 * is made. (engine, POST /hosts/{id}/iscsilogin; the ovirt_storage_domain module logs in first too)
 */
export const loginIscsiTarget = engineOperation<IscsiLogin, LoginFacts>({
  name: 'loginIscsiTarget',
  title: ({ name, host }) => `Log ${host} in to the target of ${name}`,
  settleSeconds: 120,
  inTurns: true,
  async look(context, { name, host: wanted }) {
    const wish = iscsiDomain(context, name);
    const host = await hostInEngine(context, wanted);
    const [storages, sessions] = await Promise.all([
      context.engine().list(`/hosts/${host.id}/storage`, engineHostStorage, { query: { report_status: 'false' } }),
      lookAtSessions(context, wanted, wish.target, portalsOf(wish)),
    ]);
    const units = storages.flatMap(({ logical_units }) => logical_units);
    return { host, sessions, reached: units.some(({ id, target }) => id === wish.lun && target === wish.target) };
  },
  decide({ host, reached, sessions }, { name, host: wanted }, context): EngineDecision<undefined> {
    const wish = iscsiDomain(context, name);
    const { target, chap, lun } = wish;
    const { open, missing } = sessions;
    const by = open.map(portalWords).join(', ');
    if (reached && missing.length === 0) {
      return { state: 'already', changes: [], evidence: [`${wanted} has ${storageWords(wish)} by ${by}`] };
    }
    // A session that has not brought the LUN is asked for again, which lets the host look for it again.
    const portals = missing.length > 0 ? missing : portalsOf(wish);
    return {
      state: 'wouldDo',
      changes: portals.map((portal) => ({
        request: 'POST',
        path: `/hosts/${host.id}/iscsilogin`,
        body: { iscsi: { ...portal, target, ...(chap && { username: chap.user }) } },
        ...(chap && { secrets: { 'iscsi.password': () => context.secret(chap.password, chapPurpose(name)) } }),
      })),
      evidence: [`${wanted} is ${by ? `logged in to ${target} by ${by} only` : `not logged in to ${target}`}`],
      awaits: `${wanted} looks for LUN ${lun}`,
      ...(missing.length > 0 && {
        undo: {
          title: `Log ${wanted} out of the target of ${name}`,
          call: { operation: 'logoutIscsiTarget', params: { host: wanted, target, lun, portals: missing } },
          byHand: `on ${wanted}: ${missing.map((portal) => `iscsiadm -m node -T ${target} -p ${portalWords(portal)} -u`).join('; ')}; the same with -o delete in place of -u`,
        },
      }),
    };
  },
});

interface LogoutFacts {
  /** What ends the sessions that are open, of those that the undo is about: arguments of iscsiadm that tell them apart. */
  readonly open: readonly (readonly string[])[];
  /** A storage domain of the engine that lies behind them. */
  readonly used?: string;
}

/**
 * Logs a host out of the portals by which a run has logged it in, and forgets how; where the engine has a domain behind
 * them, it stays logged in. The engine does the same where it removes a domain. (iscsiadm(8); 21: no records or sessions)
 */
export const logoutIscsiTarget = operation<IscsiLogout, LogoutFacts>({
  name: 'logoutIscsiTarget',
  title: ({ host, target }) => `Log ${host} out of ${target}`,
  settleSeconds: 30,
  async look(context, { host, target, lun, portals }) {
    const [sessions, domains] = await Promise.all([
      lookAtSessions(context, host, target, portals ?? []),
      context.engine().list('/storagedomains', engineStorageDomain),
    ]);
    const used = domains.find(({ storage }) =>
      (storage?.volume_group?.logical_units ?? []).some(
        (unit) => unit.id === lun || (unit.target === target && isBehind(unit, portals, sessions)),
      ),
    );
    const all = sessions.further.length > 0 ? [['-T', target]] : [];
    const open = portals === undefined ? all : sessions.open.map((portal) => ['-T', target, '-p', portalWords(portal)]);
    return { open, ...(used && { used: used.name }) };
  },
  decide({ open, used }, { host, target }) {
    const evidence = [`${host} is ${open.length > 0 ? '' : 'not '}logged in to ${target}`];
    if (open.length === 0) return { state: 'already', changes: [], evidence };
    if (used !== undefined) {
      const what = `${host} stays logged in to ${target}: storage domain ${used} lies there`;
      return {
        state: 'already',
        changes: [],
        evidence,
        leaves: { what, byHand: `remove storage domain ${used} first` },
      };
    }
    return {
      state: 'wouldDo',
      changes: open.flatMap((session) => [
        { argv: ['iscsiadm', '-m', 'node', ...session, '-u'], okCodes: [0, 21] },
        // The record holds the password of CHAP.
        { argv: ['iscsiadm', '-m', 'node', ...session, '-o', 'delete'], okCodes: [0, 21] },
      ]),
      evidence,
    };
  },
});

/** Whether the engine reaches a LUN by one of these portals; without any, by whichever. */
function isBehind(
  { address, port }: { readonly address?: string | undefined; readonly port?: number | undefined },
  portals: readonly Portal[] | undefined,
  sessions: Sessions,
): boolean {
  return portals?.some((portal) => waysTo(portal, sessions.addresses).includes(`${address}:${port}`)) ?? true;
}

export const chapPurpose = (name: string): string => `the CHAP password of storage domain ${name}`;

function iscsiDomain(context: Pick<OperationContext, 'inventory'>, name: string): IscsiDomain {
  const wish = wishedDomain(context.inventory, name);
  if (isIscsi(wish)) return wish;
  throw new Error(`storage domain ${name} lies on no iSCSI target`);
}
