/** iSCSI as vdsm uses it: a record of the node, made for the login and gone with the session (`iscsi.py` of 4.30). */
import { logIn, logOut, nodesOf, sessionsOf } from '../../kernel/iscsi.ts';
import type { ChapCredentials, IscsiNode, IscsiSession, LabHost } from '../../types.ts';

export interface TargetAddress extends ChapCredentials {
  readonly iqn: string;
  readonly address: string;
  readonly port: number;
}

export type LoginError = 'iSCSISetupError' | 'ISCSI_LOGIN_AUTH_ERROR';

const sameNode = (to: TargetAddress) => (one: Pick<IscsiNode, 'iqn' | 'address' | 'port'>) =>
  one.iqn === to.iqn && one.address === to.address && one.port === to.port;

export const sessionTo = (host: LabHost, to: TargetAddress): IscsiSession | undefined =>
  sessionsOf(host).find(
    ({ target, portal }) =>
      target.iqn === to.iqn && portal.port === to.port && host.resolve(to.address).includes(portal.address),
  );

/** The host logs in to the target, or is found logged in; gives vdsm's code when it is refused. */
export function connectTarget(host: LabHost, to: TargetAddress): LoginError | undefined {
  const nodes = nodesOf(host);
  const settings = new Map<string, string>([['node.startup', 'manual']]);
  if (to.username !== undefined) settings.set('node.session.auth.username', to.username);
  if (to.password !== undefined) settings.set('node.session.auth.password', to.password);
  if (!nodes.some(sameNode(to))) nodes.push({ iqn: to.iqn, address: to.address, port: to.port, settings });
  const trouble = logIn(host, to, to);
  if (trouble === undefined) return undefined;
  forgetNode(host, to);
  return trouble === 'unauthorised' ? 'ISCSI_LOGIN_AUTH_ERROR' : 'iSCSISetupError';
}

function forgetNode(host: LabHost, to: TargetAddress): void {
  const nodes = nodesOf(host);
  const index = nodes.findIndex(sameNode(to));
  if (index >= 0) nodes.splice(index, 1);
}

export function disconnectTarget(host: LabHost, to: TargetAddress): void {
  const session = sessionTo(host, to);
  if (session) logOut(host, session);
  forgetNode(host, to);
}
