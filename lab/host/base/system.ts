/** What the machine says of itself: uname, date, free, df, lscpu, who, dmidecode … */

import type { Host } from '../../kernel/host.ts';
import type { Command, CommandSet } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { formatDate } from './dates.ts';
import { df, free } from './usage.ts';

const kernel = '3.10.0-1062.el7.x86_64';

const uname: Command = async (ctx) => {
  const { has } = parseOptions(ctx.args, 'asnrvmpio', ['all', 'kernel-release', 'machine', 'nodename', 'kernel-name']);
  const all = has('a', 'all');
  const parts = [
    [all || has('s', 'kernel-name') || ctx.args.length === 0, 'Linux'],
    [all || has('n', 'nodename'), ctx.host.network.hostname],
    [all || has('r', 'kernel-release'), kernel],
    [all || has('v'), '#1 SMP Wed Aug 7 18:08:02 UTC 2019'],
    [all || has('m', 'machine'), 'x86_64'],
    [all || has('p'), 'x86_64'],
    [all || has('i'), 'x86_64'],
    [all || has('o'), 'GNU/Linux'],
  ] as const;
  ctx.out(
    `${parts
      .filter(([shown]) => shown)
      .map(([, text]) => text)
      .join(' ')}\n`,
  );
  return 0;
};

const date: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'ud:s:r:RI', [
    'utc',
    'date=',
    'set=',
    'iso-8601',
    'iso-8601=',
    'rfc-3339=',
    'reference=',
  ]);
  let now = ctx.host.date();
  const given = value('d', 'date');
  if (given !== undefined) {
    const epoch = /^@(-?\d+(?:\.\d+)?)$/.exec(given)?.[1];
    const relative = /^(-|\+)?\s*(\d+)\s*(second|sec|minute|min|hour|day)s?( ago)?$/.exec(given);
    if (epoch !== undefined) now = new Date(Number(epoch) * 1000);
    else if (relative) {
      const unit = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, day: 86400 }[relative[3] ?? ''] ?? 1;
      const sign = relative[1] === '-' || relative[4] !== undefined ? -1 : 1;
      now = new Date(now.getTime() + sign * Number(relative[2]) * unit * 1000);
    } else if (given !== 'now') {
      const parsed = new Date(/[zZ]|[+-]\d\d:?\d\d$|UTC|GMT/.test(given) ? given : `${given} UTC`);
      if (Number.isNaN(parsed.getTime())) {
        ctx.err(`date: invalid date ‘${given}’\n`);
        return 1;
      }
      now = parsed;
    }
  }
  const format = operands[0]?.startsWith('+')
    ? operands[0].slice(1)
    : has('R')
      ? '%a, %d %b %Y %T +0000'
      : has('I', 'iso-8601')
        ? value('iso-8601') === 'seconds' || value('iso-8601') === 's'
          ? '%FT%T+0000'
          : '%F'
        : '%a %b %e %T UTC %Y';
  ctx.out(`${formatDate(now, format)}\n`);
  return 0;
};

const lscpu: Command = async (ctx) => {
  const { count, model, vendor, flags, mhz } = ctx.host.cpu;
  const lines: [string, string][] = [
    ['Architecture', 'x86_64'],
    ['CPU op-mode(s)', '32-bit, 64-bit'],
    ['Byte Order', 'Little Endian'],
    ['CPU(s)', String(count)],
    ['On-line CPU(s) list', `0-${count - 1}`],
    ['Thread(s) per core', '2'],
    ['Core(s) per socket', String(Math.max(1, Math.floor(count / 4)))],
    ['Socket(s)', '2'],
    ['Vendor ID', vendor],
    ['CPU family', '6'],
    ['Model', '85'],
    ['Model name', model],
    ['CPU MHz', `${mhz}.000`],
    ...(flags.includes('vmx')
      ? ([['Virtualization', 'VT-x']] as [string, string][])
      : flags.includes('svm')
        ? ([['Virtualization', 'AMD-V']] as [string, string][])
        : []),
    ['Flags', flags.join(' ')],
  ];
  for (const [label, value] of lines) ctx.out(`${`${label}:`.padEnd(23)}${value}\n`);
  return 0;
};

const hostname: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'fsdiIA', [
    'fqdn',
    'short',
    'long',
    'all-ip-addresses',
    'ip-address',
  ]);
  const name = ctx.host.network.hostname;
  if (has('I', 'all-ip-addresses')) {
    ctx.out(
      `${ctx.host.network
        .addresses()
        .filter((address) => address !== '127.0.0.1')
        .join(' ')} \n`,
    );
    return 0;
  }
  if (operands[0] !== undefined) {
    ctx.host.network.hostname = operands[0];
    ctx.changed('hostname');
    return 0;
  }
  if (has('f', 'fqdn', 'long', 'i', 'ip-address', 'd')) {
    const [address] = ctx.host.resolve(name);
    if (address === undefined) {
      ctx.err('hostname: Name or service not known\n');
      return 1;
    }
    const canonical = ctx.host.reverse(address) ?? name;
    const full = name.includes('.') ? name : canonical;
    ctx.out(`${has('i', 'ip-address') ? address : has('d') ? full.slice(full.indexOf('.') + 1) : full}\n`);
    return 0;
  }
  ctx.out(`${has('s', 'short') ? name.split('.')[0] : name}\n`);
  return 0;
};

const uptime: Command = async (ctx) => {
  const seconds = Math.max(0, Math.floor((ctx.lab.clock.now() - ctx.host.boot.at) / 1000));
  if (ctx.args.includes('-s'))
    ctx.out(`${formatDate(new Date(ctx.host.boot.at + ctx.host.clockSkew * 1000), '%F %T')}\n`);
  else
    ctx.out(
      ` ${formatDate(ctx.host.date(), '%T')} up ${Math.floor(seconds / 60)} min,  0 users,  load average: 0.08, 0.03, 0.05\n`,
    );
  return 0;
};

const who: Command = async (ctx) => {
  if (ctx.args.includes('-b'))
    ctx.out(
      `         system boot  ${formatDate(new Date(ctx.host.boot.at + ctx.host.clockSkew * 1000), '%F %H:%M')}\n`,
    );
  return 0;
};

const dmidecode: Command = async (ctx) => {
  if (ctx.user !== 'root') {
    ctx.err('/dev/mem: Permission denied\n');
    return 1;
  }
  const { value } = parseOptions(ctx.args, 's:t:q', ['string=', 'type=']);
  const strings: Readonly<Record<string, string>> = {
    'system-manufacturer': 'Dell Inc.',
    'system-product-name': 'PowerEdge R640',
    'system-uuid': `4c4c4544-0044-4a10-8051-${Buffer.from(ctx.host.name.padEnd(6)).toString('hex').slice(0, 12)}`,
    'system-serial-number': `JDQ${(ctx.host as Host).name.toUpperCase()}`,
    'bios-version': '2.4.8',
  };
  const key = value('s', 'string');
  if (key === undefined)
    ctx.out(
      '# dmidecode 3.2\nSMBIOS 3.2 present.\n\nHandle 0x0100, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Dell Inc.\n\tProduct Name: PowerEdge R640\n',
    );
  else if (strings[key] === undefined) {
    ctx.err(`Invalid string keyword: ${key}\n`);
    return 2;
  } else ctx.out(`${strings[key]}\n`);
  return 0;
};

const say =
  (text: (args: Parameters<Command>[0]) => string): Command =>
  async (ctx) => {
    ctx.out(text(ctx));
    return 0;
  };

export const systemTools: CommandSet = {
  uname,
  date,
  free,
  df,
  lscpu,
  hostname,
  uptime,
  who,
  dmidecode,
  nproc: say((ctx) => `${ctx.host.cpu.count}\n`),
  arch: say(() => 'x86_64\n'),
  getenforce: say((ctx) => `${ctx.host.selinux}\n`),
  setenforce: async (ctx) => {
    if (ctx.host.selinux === 'Disabled') {
      ctx.err('setenforce: SELinux is disabled\n');
      return 1;
    }
    ctx.host.selinux = /^(1|Enforcing)$/i.test(ctx.args[0] ?? '') ? 'Enforcing' : 'Permissive';
    ctx.changed('SELinux mode');
    return 0;
  },
  tty: async (ctx) => {
    ctx.out(ctx.tty ? '/dev/pts/0\n' : 'not a tty\n');
    return ctx.tty ? 0 : 1;
  },
  locale: say(() => 'LANG=en_US.UTF-8\n'),
  getconf: say((ctx) => (ctx.args.at(-1) === 'PAGE_SIZE' ? '4096\n' : `${ctx.host.cpu.count}\n`)),
  dmesg: say(
    (ctx) =>
      `[    0.000000] Linux version ${kernel}\n${ctx.host.cpu.flags.includes('vmx') ? '' : '[    4.210042] kvm: disabled by bios\n'}`,
  ),
  lsmod: say(
    (ctx) =>
      `Module                  Size  Used by\n${ctx.host.cpu.flags.includes('vmx') ? 'kvm_intel             188644  0 \nkvm                   636931  1 kvm_intel\n' : ''}dm_multipath           27792  2 dm_service_time\n`,
  ),
  modprobe: async () => 0,
  udevadm: async () => 0,
};
