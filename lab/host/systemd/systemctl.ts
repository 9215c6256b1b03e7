/** systemctl of systemd 219: exit codes after LSB, words as EL7 prints them. */
import type { Host } from '../../kernel/host.ts';
import type { Process } from '../../kernel/process.ts';
import { canonical } from '../../kernel/systemd/files.ts';
import { UnitError } from '../../kernel/systemd/unit.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { rebootCommand } from './power.ts';
import { showProperties } from './show.ts';
import { statusBlock } from './status.ts';

type Verb = (
  ctx: CommandContext,
  names: readonly string[],
  options: ReturnType<typeof parseOptions>,
) => Promise<number>;

function units(ctx: CommandContext): Host['units'] {
  return (ctx.host as Host).units;
}

async function each(
  ctx: CommandContext,
  names: readonly string[],
  work: (name: string) => Promise<void> | void,
): Promise<number> {
  let code = 0;
  for (const name of names) {
    try {
      await (ctx.process as Process).interruptible(Promise.resolve(work(name)));
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      ctx.err(`${error.message}\n`);
      code = error.code;
    }
  }
  return code;
}

function tell(ctx: CommandContext, lines: readonly string[]): void {
  for (const line of lines) ctx.err(`${line}\n`);
}

function activeWord(ctx: CommandContext, name: string): string {
  const { activeState, loadState } = units(ctx).status(name);
  if (activeState !== 'inactive') return activeState;
  // 219 asks for the unit in memory only; one that was garbage-collected is "unknown" though its file exists.
  return loadState !== 'not-found' && units(ctx).inMemory(name) ? 'inactive' : 'unknown';
}

const job =
  (kind: 'start' | 'stop' | 'restart'): Verb =>
  async (ctx, names, options) => {
    if (ctx.user !== 'root') {
      ctx.err(`Failed to ${kind} ${canonical(names[0] ?? '')}: Interactive authentication required.\n`);
      return 4;
    }
    const code = await each(ctx, names, async (name) => {
      const done = units(ctx)[kind](name);
      if (options.has('no-block')) void done.catch(() => undefined);
      else await done;
    });
    return code;
  };

const verbs: Readonly<Record<string, Verb>> = {
  start: job('start'),
  stop: job('stop'),
  restart: job('restart'),
  'try-restart': async (ctx, names) =>
    each(ctx, names, async (name) => {
      if (units(ctx).isActive(name)) await units(ctx).restart(name);
    }),
  reload: async (ctx, names) =>
    each(ctx, names, (name) => {
      if (!units(ctx).isActive(name)) throw new UnitError(`Job for ${canonical(name)} invalid.`, 1);
    }),
  enable: async (ctx, names, options) => {
    const code = await each(ctx, names, (name) => {
      for (const line of units(ctx).enable(name)) if (!options.has('q', 'quiet')) ctx.err(`${line}\n`);
    });
    return options.has('now') && code === 0 ? job('start')(ctx, names, options) : code;
  },
  disable: async (ctx, names, options) => {
    const code = await each(ctx, names, (name) => {
      for (const line of units(ctx).disable(name)) if (!options.has('q', 'quiet')) ctx.err(`${line}\n`);
    });
    return options.has('now') && code === 0 ? job('stop')(ctx, names, options) : code;
  },
  mask: async (ctx, names, options) => {
    const code = await each(ctx, names, (name) => tell(ctx, units(ctx).mask(name)));
    return options.has('now') ? job('stop')(ctx, names, options) : code;
  },
  unmask: async (ctx, names) => each(ctx, names, (name) => tell(ctx, units(ctx).unmask(name))),
  'is-active': async (ctx, names, options) => {
    let code = 3;
    for (const name of names) {
      const word = activeWord(ctx, name);
      if (word === 'active' || word === 'reloading') code = 0;
      if (!options.has('q', 'quiet')) ctx.out(`${word}\n`);
    }
    return code;
  },
  'is-failed': async (ctx, names, options) => {
    let code = 1;
    for (const name of names) {
      const word = activeWord(ctx, name);
      if (word === 'failed') code = 0;
      if (!options.has('q', 'quiet')) ctx.out(`${word}\n`);
    }
    return code;
  },
  'is-enabled': async (ctx, names, options) => {
    let code = 1;
    for (const name of names) {
      const { unitFileState } = units(ctx).status(name);
      if (unitFileState === '') {
        ctx.err(`Failed to get unit file state for ${canonical(name)}: No such file or directory\n`);
        continue;
      }
      if (unitFileState === 'enabled' || unitFileState === 'static') code = 0;
      if (!options.has('q', 'quiet')) ctx.out(`${unitFileState}\n`);
    }
    return code;
  },
  status: async (ctx, names) => {
    let code = 0;
    for (const name of names) {
      const { loadState, activeState } = units(ctx).status(name);
      if (loadState === 'not-found') {
        ctx.err(`Unit ${canonical(name)} could not be found.\n`);
        code = 4;
        continue;
      }
      ctx.out(statusBlock(ctx.host as Host, name));
      if (activeState !== 'active' && activeState !== 'reloading') code = 3;
    }
    return code;
  },
  show: async (ctx, names, options) => {
    const wanted = (options.options.get('p') ?? options.options.get('property'))?.flatMap((list) => list.split(','));
    for (const [index, name] of names.entries())
      ctx.out(`${index > 0 ? '\n' : ''}${showProperties(ctx.host as Host, name, wanted)}`);
    return 0;
  },
  cat: async (ctx, names) =>
    each(ctx, names, (name) => {
      const settings = units(ctx).files.settings(canonical(name));
      if (!settings) throw new UnitError(`No files found for ${canonical(name)}.`, 1);
      ctx.out(`# ${settings.path}\n${settings.text}`);
    }),
  'reset-failed': async (ctx, names) =>
    each(ctx, names.length > 0 ? names : units(ctx).names(), (name) => {
      if (names.length > 0 && units(ctx).status(name).loadState === 'not-found')
        throw new UnitError(
          `Failed to reset failed state of unit ${canonical(name)}: Unit ${canonical(name)} is not loaded.`,
          1,
        );
      units(ctx).resetFailed(name);
    }),
  kill: async (ctx, names) =>
    each(ctx, names, (name) => {
      for (const process of (ctx.host as Host).controlGroup(canonical(name))) process.kill('SIGTERM');
    }),
  'daemon-reload': async (ctx) => {
    units(ctx).reload();
    return 0;
  },
  'is-system-running': async (ctx) => {
    const failed = [...units(ctx).loaded.values()].some((unit) => unit.active === 'failed');
    const word =
      ctx.host.power === 'on'
        ? failed
          ? 'degraded'
          : 'running'
        : ctx.host.power === 'stopping'
          ? 'stopping'
          : 'starting';
    ctx.out(`${word}\n`);
    return word === 'running' ? 0 : 1;
  },
  'list-units': async (ctx, names, options) => {
    const wanted = options.value('state')?.split(',') ?? (options.has('failed') ? ['failed'] : undefined);
    const all = [...units(ctx).loaded.values()].filter((unit) =>
      wanted
        ? wanted.includes(unit.active) || wanted.includes(unit.sub)
        : options.has('a', 'all') || unit.active !== 'inactive',
    );
    const pattern = names.map((name) => new RegExp(`^${name.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*')}$`));
    const shown = all.filter((unit) => pattern.length === 0 || pattern.some((one) => one.test(unit.name)));
    if (!options.has('no-legend')) ctx.out('UNIT                               LOAD   ACTIVE SUB     DESCRIPTION\n');
    for (const unit of shown)
      ctx.out(
        `${unit.name.padEnd(34)} loaded ${unit.active.padEnd(6)} ${unit.sub.padEnd(7)} ${unit.settings?.description ?? unit.name}\n`,
      );
    if (!options.has('no-legend')) ctx.out(`\n${shown.length} loaded units listed.\n`);
    return 0;
  },
  'list-unit-files': async (ctx, names) => {
    const shown = units(ctx)
      .files.names()
      .filter(
        (name) =>
          names.length === 0 ||
          names.some((pattern) =>
            new RegExp(`^${canonical(pattern).replace(/[.+]/g, '\\$&').replace(/\*/g, '.*')}$`).test(name),
          ),
      );
    ctx.out(`UNIT FILE${' '.repeat(33)}STATE   \n`);
    for (const name of shown) ctx.out(`${name.padEnd(42)}${units(ctx).status(name).unitFileState}\n`);
    ctx.out(`\n${shown.length} unit files listed.\n`);
    return 0;
  },
  reboot: (ctx) => rebootCommand(ctx, 'reboot'),
  poweroff: (ctx) => rebootCommand(ctx, 'poweroff'),
};

export const systemctl: Command = async (ctx) => {
  const options = parseOptions(ctx.args, 'qp:at:lfin:o:H:M:s:', [
    'quiet',
    'property=',
    'all',
    'type=',
    'state=',
    'no-pager',
    'no-legend',
    'no-block',
    'now',
    'full',
    'force',
    'failed',
    'lines=',
    'output=',
    'signal=',
    'kill-who=',
    'no-ask-password',
    'runtime',
    'system',
    'plain',
    'version',
  ]);
  if (options.unknown !== undefined) {
    ctx.err(
      options.unknown.startsWith('--')
        ? `systemctl: unrecognized option '${options.unknown.split('=')[0]}'\n`
        : `systemctl: invalid option -- '${options.unknown.slice(1)}'\n`,
    );
    return 1;
  }
  if (options.has('version')) {
    ctx.out(
      'systemd 219\n+PAM +AUDIT +SELINUX +IMA -APPARMOR +SMACK +SYSVINIT +UTMP +LIBCRYPTSETUP +GCRYPT +GNUTLS +ACL +XZ +LZ4 -SECCOMP +BLKID +ELFUTILS +KMOD +IDN\n',
    );
    return 0;
  }
  const [verb = 'list-units', ...names] = options.operands;
  const run = verbs[verb];
  if (!run) {
    ctx.err(`Unknown operation '${verb}'.\n`);
    return 1;
  }
  if (names.length === 0 && /^(start|stop|restart|enable|disable|mask|is-active|is-enabled|is-failed)$/.test(verb)) {
    ctx.err('Too few arguments.\n');
    return 1;
  }
  return run(ctx, names, options);
};
