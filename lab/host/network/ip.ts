/** ip of iproute 4.11 (no JSON): addresses, links, routes, rules. */

import { addressNumber } from '../../kernel/network.ts';
import type { Command, CommandContext, NetInterface } from '../../types.ts';

function broadcast(address: string, prefix: number): string {
  const size = 2 ** (32 - prefix);
  const last = Math.floor(addressNumber(address) / size) * size + size - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}

function linkLine(index: number, one: NetInterface): string {
  const flags =
    one.kind === 'loopback'
      ? 'LOOPBACK,UP,LOWER_UP'
      : !one.up
        ? 'BROADCAST,MULTICAST'
        : one.carrier || one.kind !== 'nic'
          ? 'BROADCAST,MULTICAST,UP,LOWER_UP'
          : 'NO-CARRIER,BROADCAST,MULTICAST,UP';
  const state = one.kind === 'loopback' ? 'UNKNOWN' : one.up && (one.carrier || one.kind !== 'nic') ? 'UP' : 'DOWN';
  const name = one.link === undefined ? one.name : `${one.name}@${one.link}`;
  const queue = one.kind === 'nic' ? 'mq' : 'noqueue';
  return `${index}: ${name}: <${flags}> mtu ${one.mtu} qdisc ${queue}${one.master === undefined ? '' : ` master ${one.master}`} state ${state} group default qlen 1000`;
}

function macLine(one: NetInterface): string {
  return one.kind === 'loopback'
    ? '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00'
    : `    link/ether ${one.mac} brd ff:ff:ff:ff:ff:ff`;
}

function inet(one: NetInterface, { address, prefix }: { address: string; prefix: number }): string {
  if (one.kind === 'loopback') return `inet ${address}/${prefix} scope host ${one.name}`;
  return `inet ${address}/${prefix} brd ${broadcast(address, prefix)} scope global ${one.name}`;
}

const forever = '       valid_lft forever preferred_lft forever';

function show(ctx: CommandContext, what: 'addr' | 'link', words: readonly string[], oneline: boolean): number {
  const all = [...ctx.host.network.interfaces.values()];
  let name: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === 'dev') name = words[++at];
    else if (word === 'to' || word === 'scope' || word === 'type' || word === 'master') at += 1;
    else if (word !== 'show' && word !== 'list' && word !== 'up') name = word;
  }
  if (name !== undefined && !ctx.host.network.interfaces.has(name)) {
    ctx.err(`Device "${name}" does not exist.\n`);
    return 1;
  }
  for (const [position, one] of all.entries()) {
    if (name !== undefined && one.name !== name) continue;
    const index = position + 1;
    if (what === 'link') {
      ctx.out(
        oneline
          ? `${linkLine(index, one)}\\${macLine(one)}\n`
          : `${linkLine(index, one).replace(' group default', ' mode DEFAULT group default')}\n${macLine(one)}\n`,
      );
      continue;
    }
    if (oneline) for (const own of one.addresses) ctx.out(`${index}: ${one.name}    ${inet(one, own)}\\${forever}\n`);
    else {
      ctx.out(`${linkLine(index, one)}\n${macLine(one)}\n`);
      for (const own of one.addresses) ctx.out(`    ${inet(one, own)}\n${forever}\n`);
    }
  }
  return 0;
}

function route(ctx: CommandContext, words: readonly string[]): number {
  const { network } = ctx.host;
  if (words[0] === 'get') {
    const target = words[1] ?? '';
    const device = [...network.interfaces.values()].find((one) =>
      one.addresses.some(
        (own) =>
          Math.floor(addressNumber(own.address) / 2 ** (32 - own.prefix)) ===
          Math.floor(addressNumber(target) / 2 ** (32 - own.prefix)),
      ),
    );
    const fallback = network.routes.find((one) => one.destination === 'default');
    const own = (name: string): string => network.interfaces.get(name)?.addresses[0]?.address ?? '';
    if (device) ctx.out(`${target} dev ${device.name} src ${device.addresses[0]?.address} \n    cache \n`);
    else if (fallback)
      ctx.out(`${target} via ${fallback.via} dev ${fallback.device} src ${own(fallback.device)} \n    cache \n`);
    else {
      ctx.err('RTNETLINK answers: Network is unreachable\n');
      return 2;
    }
    return 0;
  }
  for (const one of network.routes) {
    if (words.includes('default') && one.destination !== 'default') continue;
    const source = network.interfaces.get(one.device)?.addresses[0]?.address;
    const tail = one.via === undefined ? ` proto kernel scope link src ${source}` : ' proto static';
    ctx.out(
      `${one.destination}${one.via === undefined ? '' : ` via ${one.via}`} dev ${one.device}${tail}${one.metric === undefined ? '' : ` metric ${one.metric}`} \n`,
    );
  }
  return 0;
}

function rule(ctx: CommandContext, words: readonly string[]): number {
  const { volatile } = ctx.host;
  const own = (volatile.get('ip-rules') as string[] | undefined) ?? [];
  if (words[0] === 'del' || words[0] === 'delete') {
    const priority = words[words.findIndex((word) => /^(prio|priority|pref|preference)$/.test(word)) + 1];
    const left = own.filter((line) => line.split(':')[0] !== priority);
    if (left.length === own.length) {
      ctx.err('RTNETLINK answers: No such file or directory\n');
      return 2;
    }
    volatile.set('ip-rules', left);
    ctx.changed('ip rule');
    return 0;
  }
  const all = [
    '0:\tfrom all lookup local ',
    ...own,
    '32766:\tfrom all lookup main ',
    '32767:\tfrom all lookup default ',
  ];
  ctx.out(`${all.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).join('\n')}\n`);
  return 0;
}

function set(ctx: CommandContext, words: readonly string[]): number {
  const list = words.filter((word) => word !== 'dev');
  const one = ctx.host.network.interfaces.get(list[0] ?? '');
  if (!one) {
    ctx.err(`Cannot find device "${list[0]}"\n`);
    return 1;
  }
  if (list.includes('up')) one.up = true;
  if (list.includes('down')) one.up = false;
  const mtu = list[list.indexOf('mtu') + 1];
  if (list.includes('mtu') && mtu !== undefined) one.mtu = Number(mtu);
  ctx.changed(`ip link ${list.join(' ')}`);
  return 0;
}

export const ip: Command = async (ctx) => {
  const words = [...ctx.args];
  let oneline = false;
  while (words[0]?.startsWith('-')) {
    const option = words.shift() ?? '';
    if (/^-o(neline)?$/.test(option)) oneline = true;
    else if (option === '-V') {
      ctx.out('ip utility, iproute2-ss170501\n');
      return 0;
    } else if (!/^-(4|6|d|s|br|brief|family|f|details)$/.test(option)) {
      ctx.err(`Option "${option}" is unknown, try "ip -help".\n`);
      return 255;
    }
  }
  const [object = '', ...rest] = words;
  if (/^(a|addr|address)$/.test(object)) return show(ctx, 'addr', rest, oneline);
  if (/^(l|link)$/.test(object)) return rest[0] === 'set' ? set(ctx, rest.slice(1)) : show(ctx, 'link', rest, oneline);
  if (/^(r|ro|route)$/.test(object))
    return route(
      ctx,
      rest.filter((word) => word !== 'show' && word !== 'list'),
    );
  if (/^(ru|rule)$/.test(object)) return rule(ctx, rest);
  if (/^n(eigh)?$/.test(object)) return 0;
  ctx.err(
    object === ''
      ? 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n'
      : `Object "${object}" is unknown, try "ip help".\n`,
  );
  return 255;
};
