/** Name look-ups: getent through nsswitch; host and dig ask the servers only. */
import type { Host } from '../../kernel/host.ts';
import { isAddress } from '../../kernel/network.ts';
import type { Command } from '../../types.ts';

export const getent: Command = async (ctx) => {
  const [database = '', ...keys] = ctx.args;
  const host = ctx.host as Host;
  let code = 0;
  if (database === 'passwd' || database === 'group') {
    for (const key of keys) {
      const line = host.fs
        .read('/etc/passwd')
        .split('\n')
        .find((one) => one.startsWith(`${key}:`) || one.split(':')[2] === key);
      if (line === undefined) code = 2;
      else ctx.out(database === 'passwd' ? `${line}\n` : `${key}:x:${line.split(':')[3]}:\n`);
    }
    return code;
  }
  if (!/^(hosts|ahosts|ahostsv4|ahostsv6)$/.test(database)) {
    ctx.err(`Unknown database: ${database}\n`);
    return 1;
  }
  for (const key of keys) {
    if (database === 'hosts' && isAddress(key)) {
      const name = host.reverse(key);
      if (name === undefined) code = 2;
      else ctx.out(`${key.padEnd(15)} ${name}\n`);
      continue;
    }
    const addresses = database === 'ahostsv6' ? [] : host.resolve(key);
    if (addresses.length === 0) code = 2;
    for (const address of addresses) {
      if (database === 'hosts') ctx.out(`${address.padEnd(15)} ${host.names.canonicalName(key)}\n`);
      else
        for (const [index, type] of ['STREAM', 'DGRAM', 'RAW'].entries())
          ctx.out(`${address.padEnd(15)} ${type.padEnd(6)} ${index === 0 ? host.names.canonicalName(key) : ''}\n`);
    }
  }
  return code;
};

function arpa(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
}

export const hostCommand: Command = async (ctx) => {
  const host = ctx.host as Host;
  const [name = ''] = ctx.args.filter(
    (arg, index) => !arg.startsWith('-') && !/^-[tcW]$/.test(ctx.args[index - 1] ?? ''),
  );
  const silent = ';; connection timed out; no servers could be reached\n';
  if (isAddress(name)) {
    const found = host.names.queryReverse(name);
    if (found === 'timeout') {
      await ctx.sleep(10);
      ctx.out(silent);
      return 1;
    }
    ctx.out(
      found === undefined
        ? `Host ${arpa(name)}. not found: 3(NXDOMAIN)\n`
        : `${arpa(name)} domain name pointer ${found}.\n`,
    );
    return found === undefined ? 1 : 0;
  }
  const found = host.names.queryDns(name);
  if (found === undefined) {
    await ctx.sleep(10);
    ctx.out(silent);
    return 1;
  }
  if (found.length === 0) {
    ctx.out(`Host ${name} not found: 3(NXDOMAIN)\n`);
    return 1;
  }
  for (const address of found)
    ctx.out(`${name.includes('.') ? name : host.names.canonicalName(name)} has address ${address}\n`);
  return 0;
};

export const dig: Command = async (ctx) => {
  const host = ctx.host as Host;
  const short = ctx.args.includes('+short');
  const reverse = ctx.args.indexOf('-x');
  const name =
    reverse >= 0
      ? (ctx.args[reverse + 1] ?? '')
      : (ctx.args.find((arg) => !/^[+@-]/.test(arg) && !/^(A|AAAA|PTR|ANY|IN)$/.test(arg)) ?? '');
  const found =
    reverse >= 0 ? host.names.queryReverse(name) : host.names.queryDns(name.includes('.') ? name : `${name}.`);
  if (found === undefined && reverse < 0) {
    await ctx.sleep(15);
    ctx.out(
      '\n; <<>> DiG 9.11.4-P2-RedHat-9.11.4-9.P2.el7 <<>>\n;; global options: +cmd\n;; connection timed out; no servers could be reached\n',
    );
    return 9;
  }
  if (found === 'timeout') {
    ctx.out(';; connection timed out; no servers could be reached\n');
    return 9;
  }
  const answers = found === undefined ? [] : Array.isArray(found) ? found : [`${found}.`];
  const question = reverse >= 0 ? `${arpa(name)}.` : `${name.replace(/\.$/, '')}.`;
  const type = reverse >= 0 ? 'PTR' : 'A';
  if (short) ctx.out(answers.map((answer) => `${answer}\n`).join(''));
  else {
    ctx.out(
      `\n; <<>> DiG 9.11.4-P2-RedHat-9.11.4-9.P2.el7 <<>> ${ctx.args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answers.length > 0 ? 'NOERROR' : 'NXDOMAIN'}, id: 4711\n\n;; QUESTION SECTION:\n;${question}\t\tIN\t${type}\n\n`,
    );
    if (answers.length > 0)
      ctx.out(
        `;; ANSWER SECTION:\n${answers.map((answer) => `${question}\t600\tIN\t${type}\t${answer}\n`).join('')}\n`,
      );
  }
  return 0;
};
