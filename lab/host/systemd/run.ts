/** systemd-run of 219: transient services and timers; options of later versions are refused. */
import { actAs } from '../../kernel/current.ts';
import type { Host } from '../../kernel/host.ts';
import type { Process } from '../../kernel/process.ts';
import { UnitError } from '../../kernel/systemd/unit.ts';
import type { Command } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { runProgram } from '../base/run-program.ts';

const longOptions = [
  'unit=',
  'property=',
  'description=',
  'slice=',
  'remain-after-exit',
  'send-sighup',
  'service-type=',
  'uid=',
  'gid=',
  'nice=',
  'setenv=',
  'pty',
  'quiet',
  'scope',
  'on-active=',
  'on-boot=',
  'on-startup=',
  'on-unit-active=',
  'on-unit-inactive=',
  'on-calendar=',
  'timer-property=',
  'no-block',
  'no-ask-password',
  'host=',
  'machine=',
  'user',
  'system',
];

function span(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|ms)?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * (unit === 'ms' ? 0.001 : unit.startsWith('m') ? 60 : unit.startsWith('h') ? 3600 : 1);
}

export const systemdRun: Command = async (ctx) => {
  const { operands, options, value, has, unknown } = parseOptions(ctx.args, 'p:rtqH:M:', longOptions, {
    stopAtOperand: true,
  });
  if (unknown !== undefined) {
    ctx.err(
      unknown.startsWith('--')
        ? `systemd-run: unrecognized option '${unknown.split('=')[0]}'\n`
        : `systemd-run: invalid option -- '${unknown.slice(1)}'\n`,
    );
    return 1;
  }
  const host = ctx.host as Host;
  const [program] = operands;
  const timer = value('on-active', 'on-boot', 'on-startup');
  if (program === undefined) {
    ctx.err('Command line to execute required.\n');
    return 1;
  }
  if (ctx.user !== 'root') {
    ctx.err('Failed to start transient service unit: Interactive authentication required.\n');
    return 1;
  }
  if (has('scope')) {
    ctx.err(`Running scope as unit ${value('unit') ?? `run-${ctx.process.pid}`}.scope.\n`);
    return runProgram(ctx, 'systemd-run', operands);
  }
  const path = host.which(program, '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', '/');
  if (path === undefined) {
    ctx.err(`Failed to find executable ${program}: No such file or directory\n`);
    return 1;
  }
  const unit = value('unit') ?? `run-${ctx.process.pid}`;
  const env = new Map(
    (options.get('setenv') ?? []).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const properties = new Map(
    [...(options.get('p') ?? []), ...(options.get('property') ?? [])].map((text) => [
      text.slice(0, text.indexOf('=')),
      text.slice(text.indexOf('=') + 1),
    ]),
  );
  for (const [key, given] of properties)
    if (/^Standard(Output|Error)$/.test(key) && /^(file|append):/.test(given)) {
      ctx.err(`Unknown assignment ${key}=${given}.\n`);
      return 1;
    }
  const description = value('description') ?? operands.join(' ');
  const start = (): Promise<unknown> =>
    host.units.runTransient(unit, {
      command: {
        argv: [path, ...operands.slice(1)],
        user: value('uid') ?? 'root',
        env,
        cwd: properties.get('WorkingDirectory') ?? '/',
      },
      description,
      remain: has('r', 'remain-after-exit') || properties.get('RemainAfterExit') === 'yes',
      type: value('service-type') ?? 'simple',
    });
  const name = /\.service$/.test(unit) ? unit : `${unit}.service`;
  try {
    if (timer !== undefined) {
      const cycle = host.powerCycle;
      actAs(undefined, () =>
        host.lab.clock.after(span(timer) ?? 0, () => {
          if (host.powerCycle === cycle) void start().catch(() => undefined);
        }),
      );
      ctx.err(`Running timer as unit ${name.replace(/service$/, 'timer')}.\nWill run service as unit ${name}.\n`);
    } else {
      await (ctx.process as Process).interruptible(start());
      if (!has('q', 'quiet')) ctx.err(`Running as unit ${name}.\n`);
    }
    ctx.changed(`unit ${name}`);
    return 0;
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    ctx.err(`${error.message}\n`);
    return 1;
  }
};
