import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOG_FORMATS, LOG_LEVELS } from '../../workers/log-settings.ts';
import { prepareWorker } from '../../workers/program.ts';
import { add, type Deliver } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { Home } from '../home.ts';
import { note } from '../output.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { down } from '../stack/down.ts';
import { LAB_DEFAULTS, labArgs } from '../stack/lab.ts';
import { isOurs, runAttached } from '../stack/process.ts';
import { type LabSettings, readProcesses, type Stack } from '../stack/record.ts';
import { givenTemporal, up } from '../stack/up.ts';
import { workerEnv } from '../stack/worker.ts';

interface WorkerFlags extends CommonFlags {
  readonly logLevel?: string;
  readonly logFormat?: string;
}

interface UpFlags extends CommonFlags, Partial<LabSettings> {
  readonly lab?: boolean;
  readonly fresh?: boolean;
}

const within = (low: number, high: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  const fits = text.trim() !== '' && value >= low && value <= high && (!whole || Number.isInteger(value));
  if (!fits) throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${low} to ${high}.`);
  return value;
};

function labOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--preset <name>', `what is there already (default: ${LAB_DEFAULTS.preset})`).choices([
        'bare',
        'deployed',
        'datacenter',
      ]),
    )
    .option('--hosts <n>', `number of hosts (default: ${LAB_DEFAULTS.hosts})`, within(1, 100, true))
    .option('--speed <x>', `how much faster than life (default: ${LAB_DEFAULTS.speed})`, within(0.1, 10_000, false))
    .option('--profile <name>', 'oVirt and host versions, such as ovirt-4.3')
    .option('--control-port <port>', 'port of the control API (default: a free one, kept)', within(1, 65_535, true));
}

function labSettings(flags: UpFlags): Partial<LabSettings> {
  const { preset, hosts, speed, profile, controlPort } = flags;
  const given = { preset, hosts, speed, profile, controlPort };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function show(stack: Stack): string {
  const { temporal, lab, inventory, pids } = stack;
  const pid = (value: number | undefined) => (value === undefined ? '' : `  (pid ${value})`);
  return [
    `Temporal   ${temporal.address}${pid(pids.temporal)}`,
    ...(temporal.ui ? [`UI         ${temporal.ui}`] : []),
    ...(lab
      ? [
          `Lab        ${lab.control}${pid(pids.lab)}`,
          `Hosts      ${Object.entries(lab.hosts)
            .map(([name, { address, port }]) => `${name} ${address}:${port}`)
            .join(', ')}`,
        ]
      : []),
    `Worker     ready${pid(pids.worker)}`,
    `Inventory  ${inventory ?? lab?.inventory ?? ''}`,
  ].join('\n');
}

async function runUp(flags: UpFlags): Promise<Stack> {
  const settings = labSettings(flags);
  const first = Object.keys(settings)[0];
  if (first !== undefined && !flags.lab)
    throw usage(`--${first.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} describes the lab: add --lab.`);
  const { env } = process;
  const resolved = resolveSettings({});
  const temporal = givenTemporal();
  if (flags.fresh && !flags.lab) throw usage('--fresh begins the lab anew: add --lab.');
  // Who asks for the lab must not get a worker on the real datacentre that the environment names.
  const inventory = flags.inventory ?? (flags.lab ? undefined : env.RUNBOOK_INVENTORY || undefined);
  const known = resolved.stack?.lab !== undefined || resolved.stack?.inventory !== undefined;
  return up({
    home: resolved.home,
    ...(flags.lab && { lab: settings }),
    // With nothing named and nothing known it is ./datacenter.yaml.
    ...(inventory !== undefined
      ? { inventory: resolve(inventory) }
      : !flags.lab && !known
        ? { inventory: resolved.inventory }
        : {}),
    ...(temporal && { temporal }),
    ...(flags.fresh && { fresh: true }),
  });
}

export function addStack(program: Command, deliver: Deliver): void {
  add<UpFlags>(
    program,
    {
      name: 'up',
      about: 'start what is missing of Temporal, the lab and a worker; they outlive this command',
      examples: ['up --lab --detach', 'up --lab --hosts 2 --speed 200', 'up --inventory datacenter.yaml', 'up --json'],
      options: (command) =>
        labOptions(
          command
            .option('--lab', 'with a simulated datacentre')
            .option('--fresh', 'begin the lab anew; runs left open on it are ended')
            .option('--inventory <file>', 'your datacentre (default: RUNBOOK_INVENTORY, ./datacenter.yaml)')
            .option('--detach', 'leave everything running in the background; it always does'),
        ),
      run: async (_args, flags) => {
        const stack = await runUp(flags);
        return { document: stack, text: `${show(stack)}\n\nEnd it with "npx runbook down".` };
      },
    },
    deliver,
  );
  add<CommonFlags>(
    program,
    {
      name: 'down',
      about: 'end what "up" started, and only that; the database and the reports stay',
      examples: ['down'],
      run: async () => {
        const ended = await down(new Home());
        const lines = ended.map(
          ({ role, pid, how }) =>
            `${role} (pid ${pid}) ${how === 'killed' ? 'did not end within 10 s and was killed' : 'ended'}`,
        );
        return {
          document: { ended },
          text: lines.length > 0 ? lines.join('\n') : 'Nothing that "up" started is running.',
        };
      },
    },
    deliver,
  );
  add<WorkerFlags>(
    program,
    {
      name: 'worker',
      about: 'run a worker in this terminal until Ctrl-C',
      examples: ['worker --inventory datacenter.yaml', 'worker --address temporal.example.org:7233'],
      server: true,
      options: (command) =>
        command
          .option('--inventory <file>', 'your datacentre (default: RUNBOOK_INVENTORY, the stack, ./datacenter.yaml)')
          .addOption(
            new Option('--log-level <level>', 'how much is told (default: RUNBOOK_LOG_LEVEL, info)').choices(
              LOG_LEVELS.map((level) => level.toLowerCase()),
            ),
          )
          .addOption(
            new Option(
              '--log-format <format>',
              'lines for people or for collectors (default: RUNBOOK_LOG_FORMAT, text on a terminal, json elsewhere)',
            ).choices(LOG_FORMATS),
          ),
      run: async (_args, flags) => {
        const settings = resolveSettings(flags);
        note(`Worker for ${settings.address}, inventory ${settings.inventory}. End it with Ctrl-C.`);
        const { command, args, env } = await prepareWorker(settings.home.directory);
        const code = await runAttached(command, args, {
          ...env,
          ...workerEnv(settings),
          ...(flags.logLevel !== undefined && { RUNBOOK_LOG_LEVEL: flags.logLevel }),
          ...(flags.logFormat !== undefined && { RUNBOOK_LOG_FORMAT: flags.logFormat }),
        });
        return { document: undefined, text: '', exit: code === 0 ? EXIT.ok : EXIT.unreachable };
      },
    },
    deliver,
  );
  add<UpFlags>(
    program,
    {
      name: 'lab',
      about: 'run the simulated datacentre alone in this terminal until Ctrl-C',
      examples: ['lab', 'lab --preset deployed --hosts 2 --speed 200'],
      options: labOptions,
      run: async (_args, flags) => {
        const home = new Home();
        const running = readProcesses(home).lab;
        if (isOurs(running))
          throw usage(
            `the lab of this stack runs already (process ${running?.pid}): end it first with "npx runbook down".`,
          );
        const args = await labArgs(home, { ...LAB_DEFAULTS, ...labSettings(flags) });
        const code = await runAttached(process.execPath, args, {});
        return { document: undefined, text: '', exit: code === 0 ? EXIT.ok : EXIT.unreachable };
      },
    },
    deliver,
  );
}
