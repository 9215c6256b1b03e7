/** Users: id, whoami, sudo with sudoers and passwords, su and runuser. */
import type { Host } from '../../kernel/host.ts';
import type { Command, CommandContext, CommandSet } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { runProgram } from './run-program.ts';

const id: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'ugGnr');
  const user = operands[0] ?? ctx.user;
  const host = ctx.host as Host;
  if (!host.users.has(user)) {
    ctx.err(`id: ${user}: no such user\n`);
    return 1;
  }
  const number = String(host.uid(user));
  if (has('u', 'g', 'G')) ctx.out(`${has('n') ? user : number}\n`);
  else ctx.out(`uid=${number}(${user}) gid=${number}(${user}) groups=${number}(${user})\n`);
  return 0;
};

/** What sudoers grants: nothing, with a password, without one. */
function grant(ctx: CommandContext): 'none' | 'password' | 'free' {
  if (ctx.user === 'root') return 'free';
  const { fs } = ctx.host;
  const files = [
    '/etc/sudoers',
    ...(fs.isDirectory('/etc/sudoers.d') ? fs.list('/etc/sudoers.d').map((name) => `/etc/sudoers.d/${name}`) : []),
  ];
  let found: 'none' | 'password' | 'free' = 'none';
  for (const path of files)
    for (const line of (ctx.host as Host).asRoot(() => fs.read(path)).split('\n')) {
      if (line.split(/\s+/)[0] !== ctx.user) continue;
      found = /NOPASSWD:/.test(line) ? 'free' : 'password';
    }
  return found;
}

const sudo: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(
    ctx.args,
    'nSu:g:iEHkvlsbp:C:',
    ['non-interactive', 'stdin', 'user=', 'login', 'preserve-env', 'prompt=', 'shell', 'preserve-env='],
    { stopAtOperand: true },
  );
  const user = value('u', 'user') ?? 'root';
  const allowed = grant(ctx);
  if (has('k') && operands.length === 0) return 0;
  if (allowed === 'password') {
    const expected = (ctx.host as Host).users.get(ctx.user)?.password;
    if (has('n', 'non-interactive')) {
      ctx.err('sudo: a password is required\n');
      return 1;
    }
    if (!has('S', 'stdin')) {
      ctx.err(ctx.tty ? '' : 'sudo: no tty present and no askpass program specified\n');
      return 1;
    }
    ctx.err(value('p', 'prompt') ?? `[sudo] password for ${ctx.user}: `);
    const given = await ctx.stdin.line();
    if (given !== expected) {
      ctx.err('\nSorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n');
      return 1;
    }
  }
  if (allowed === 'none') {
    ctx.err(`${ctx.user} is not in the sudoers file.  This incident will be reported.\n`);
    return 1;
  }
  if (has('v') || has('l')) return 0;
  const home = (ctx.host as Host).home(user) ?? '/';
  const env = new Map<string, string>([
    ['USER', user],
    ['LOGNAME', user],
    ['HOME', home],
    ['SHELL', '/bin/bash'],
    ['PATH', '/sbin:/bin:/usr/sbin:/usr/bin'],
    ['SUDO_USER', ctx.user],
    ['SUDO_COMMAND', operands.join(' ')],
    ...[...ctx.env].filter(([key]) => has('E', 'preserve-env') || /^(LANG|LC_.*|TERM|DISPLAY)$/.test(key)),
  ]);
  let index = 0;
  for (; /^[A-Za-z_]\w*=/.test(operands[index] ?? ''); index += 1) {
    const [name = '', ...rest] = (operands[index] ?? '').split('=');
    env.set(name, rest.join('='));
  }
  const argv = operands.slice(index);
  const command =
    has('i', 'login') || has('s', 'shell') ? ['/bin/bash', ...(argv.length > 0 ? ['-c', argv.join(' ')] : [])] : argv;
  if (command.length === 0) {
    ctx.err('usage: sudo -h | -K | -k | -V\n');
    return 1;
  }
  if ((ctx.host as Host).which(command[0] ?? '', env.get('PATH'), ctx.cwd) === undefined) {
    ctx.err(`sudo: ${command[0]}: command not found\n`);
    return 1;
  }
  return runProgram(ctx, 'sudo', command, { env, user, ...(has('i', 'login') ? { cwd: home } : {}) });
};

const switchUser =
  (name: string): Command =>
  async (ctx) => {
    const { operands, value, has } = parseOptions(ctx.args, 'c:lu:s:mp-', ['command=', 'login', 'user=', 'shell=']);
    const words = operands.filter((word) => word !== '-');
    const user = value('u', 'user') ?? words[0] ?? 'root';
    if (!(ctx.host as Host).users.has(user)) {
      ctx.err(`${name}: user ${user} does not exist\n`);
      return 1;
    }
    if (ctx.user !== 'root') {
      ctx.err(`${name}: ${name === 'su' ? 'Authentication failure' : 'may not be used by non-root users'}\n`);
      return 1;
    }
    const command = value('c', 'command');
    const argv =
      command !== undefined ? ['/bin/bash', '-c', command] : value('u', 'user') !== undefined ? words : ['/bin/bash'];
    const env = new Map([...ctx.env, ['USER', user], ['HOME', (ctx.host as Host).home(user) ?? '/']]);
    return runProgram(ctx, name, argv, {
      user,
      env,
      ...(has('l', 'login') ? { cwd: (ctx.host as Host).home(user) ?? '/' } : {}),
    });
  };

export const accountTools: CommandSet = {
  id,
  whoami: async (ctx) => {
    ctx.out(`${ctx.user}\n`);
    return 0;
  },
  logname: async (ctx) => {
    ctx.out(`${ctx.env.get('LOGNAME') ?? ctx.user}\n`);
    return 0;
  },
  groups: async (ctx) => {
    ctx.out(`${ctx.user}\n`);
    return 0;
  },
  sudo,
  su: switchUser('su'),
  runuser: switchUser('runuser'),
};
