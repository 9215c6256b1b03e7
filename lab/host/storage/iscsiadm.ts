/** iscsiadm of open-iscsi 6.2: discovery, records of nodes, sessions. */
import { discover, ISCSI_PORT, logIn, logOut, nodesOf, PORTAL_GROUP, sessionsOf } from '../../kernel/iscsi.ts';
import type { Command, CommandContext, IscsiNode, IscsiSession } from '../../types.ts';
import { type Parsed, parseOptions } from '../args.ts';

/** Exit codes of open-iscsi (`iscsi_err.h`). */
const codes = { transport: 4, unauthorised: 24, nothing: 21, usage: 7 } as const;

const where = (one: { address: string; port: number }): string => `${one.address}:${one.port},${PORTAL_GROUP}`;

function sessions(ctx: CommandContext): number {
  const all = sessionsOf(ctx.host);
  if (all.length === 0) {
    ctx.err('iscsiadm: No active sessions.\n');
    return codes.nothing;
  }
  for (const { id, portal, target } of all) ctx.out(`tcp: [${id}] ${where(portal)} ${target.iqn} (non-flash)\n`);
  return 0;
}

function readPortal(text: string | undefined): { address?: string; port: number } {
  const [, address, port] = /^([^:,]+)(?::(\d+))?/.exec(text ?? '') ?? [];
  return { ...(address === undefined ? {} : { address }), port: Number(port ?? ISCSI_PORT) };
}

/** Names the targets of a portal and makes a record of each. */
async function discovery(ctx: CommandContext, portal: string | undefined): Promise<number> {
  const { address = '', port } = readPortal(portal);
  const found = discover(ctx.host, address, port);
  if (!found) {
    await ctx.sleep(20);
    ctx.err(
      `iscsiadm: cannot make connection to ${address}: No route to host\niscsiadm: connection login retries (reopen_max) 5 exceeded\niscsiadm: Could not perform SendTargets discovery: encountered connection failure\n`,
    );
    return codes.transport;
  }
  const nodes = nodesOf(ctx.host);
  for (const target of found) {
    for (const at of target.portals) {
      ctx.out(`${where(at)} ${target.iqn}\n`);
      const known = nodes.some((one) => one.iqn === target.iqn && one.address === at.address && one.port === at.port);
      if (!known) nodes.push({ iqn: target.iqn, address: at.address, port: at.port, settings: new Map() });
    }
  }
  ctx.changed('iSCSI targets discovered');
  return 0;
}

async function login(ctx: CommandContext, node: IscsiNode): Promise<number> {
  const named = `[iface: default, target: ${node.iqn}, portal: ${node.address},${node.port}]`;
  ctx.out(`Logging in to ${named} (multiple)\n`);
  const trouble = logIn(ctx.host, node, {
    username: node.settings.get('node.session.auth.username'),
    password: node.settings.get('node.session.auth.password'),
  });
  if (trouble === undefined) {
    ctx.out(`Login to ${named} successful.\n`);
    ctx.changed(`logged in to ${node.iqn}`);
    return 0;
  }
  if (trouble === 'unreachable') await ctx.sleep(120);
  const reason =
    trouble === 'unreachable' ? '8 - connection timed out' : '24 - iSCSI login failed due to authorization failure';
  ctx.err(
    `iscsiadm: Could not login to ${named}.\niscsiadm: initiator reported error (${reason})\niscsiadm: Could not log into all portals\n`,
  );
  return trouble === 'unreachable' ? 8 : codes.unauthorised;
}

function logout(ctx: CommandContext, session: IscsiSession): void {
  const { id, target, portal } = session;
  const named = `[sid: ${id}, target: ${target.iqn}, portal: ${portal.address},${portal.port}]`;
  ctx.out(`Logging out of session ${named}\n`);
  logOut(ctx.host, session);
  ctx.out(`Logout of ${named} successful.\n`);
  ctx.changed(`logged out of ${target.iqn}`);
}

/** `-o update -n NAME -v VALUE` and `-o delete` of the records that are meant. */
function editNodes(ctx: CommandContext, { value }: Parsed, meant: readonly IscsiNode[]): number {
  const nodes = nodesOf(ctx.host);
  for (const node of meant) {
    if (value('o', 'op') === 'delete') nodes.splice(nodes.indexOf(node), 1);
    else node.settings.set(value('n', 'name') ?? '', value('v', 'value') ?? '');
  }
  ctx.changed('iSCSI records changed');
  return 0;
}

async function node(ctx: CommandContext, parsed: Parsed): Promise<number> {
  const { has, value } = parsed;
  const { address, port } = readPortal(value('p', 'portal'));
  const iqn = value('T', 'targetname');
  const meant = nodesOf(ctx.host).filter(
    (one) =>
      (iqn === undefined || one.iqn === iqn) &&
      (address === undefined || (one.address === address && one.port === port)),
  );
  if (meant.length === 0) {
    ctx.err('iscsiadm: No records found\n');
    return codes.nothing;
  }
  if (value('o', 'op') !== undefined) return editNodes(ctx, parsed, meant);
  if (has('l', 'login')) {
    const results: number[] = [];
    for (const one of meant) results.push(await login(ctx, one));
    return results.find((code) => code !== 0) ?? 0;
  }
  if (has('u', 'logout')) {
    const open = sessionsOf(ctx.host).filter(({ target, portal }) =>
      meant.some((one) => one.iqn === target.iqn && one.address === portal.address && one.port === portal.port),
    );
    for (const session of open) logout(ctx, session);
    if (open.length > 0) return 0;
    ctx.err('iscsiadm: No matching sessions found\n');
    return codes.nothing;
  }
  for (const one of meant) ctx.out(`${where(one)} ${one.iqn}\n`);
  return 0;
}

export const iscsiadm: Command = async (ctx) => {
  const parsed = parseOptions(ctx.args, 'm:t:p:T:luo:n:v:P:r:', [
    'mode=',
    'type=',
    'portal=',
    'targetname=',
    'login',
    'logout',
    'op=',
    'name=',
    'value=',
    'print=',
  ]);
  switch (parsed.value('m', 'mode')) {
    case 'session':
      return sessions(ctx);
    case 'discovery':
    case 'discoverydb':
      return discovery(ctx, parsed.value('p', 'portal'));
    case 'node':
      return node(ctx, parsed);
    default:
      ctx.err('iscsiadm: Invalid mode\n');
      return codes.usage;
  }
};
