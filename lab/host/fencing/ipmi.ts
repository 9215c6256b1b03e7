/** fence_ipmilan 4.2.1 and the ipmitool that it runs; IPMI itself is a call within the lab. */
import { type Controller, ControllerLost, controllerAt } from '../../bmc/controller.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { fenceAction } from './action.ts';
import { commonOptions, type OptionTable, readOptions } from './options.ts';

const table: OptionTable = {
  ...commonOptions,
  lanplus: { letter: 'P' },
  auth: { letter: 'A:' },
  cipher: { letter: 'C:' },
  privlvl: { letter: 'L:', default: 'administrator' },
  'ipmitool-path': { stdin: ['ipmitool_path'] },
  method: { letter: 'm:', default: 'onoff' },
  'power-wait': { stdin: ['power_wait'], default: '2' },
};

const verbs: Readonly<Record<string, { said: string; button: 'powerup' | 'powerdown' | 'powercycle' }>> = {
  on: { said: 'Up/On', button: 'powerup' },
  off: { said: 'Down/Off', button: 'powerdown' },
  cycle: { said: 'Cycle', button: 'powercycle' },
};

/** What the chassis does for a verb; pressing a button that changes nothing is no error to IPMI. */
function chassis(controller: Controller, verb: string): { text: string; exit: number } {
  if (verb === 'status') return { text: `Chassis Power is ${controller.on ? 'on' : 'off'}\n`, exit: 0 };
  const known = verbs[verb];
  if (!known) return { text: `Invalid chassis power command: ${verb}\n`, exit: 1 };
  if ((known.button === 'powerup') !== controller.on) controller.press(known.button);
  return { text: `Chassis Power Control: ${known.said}\n`, exit: 0 };
}

function reached(ctx: CommandContext, address: string, port: string | undefined): Controller | undefined {
  const controller = controllerAt(ctx.lab, address, port === undefined ? undefined : Number(port));
  return controller?.answers && ctx.host.network.reachable(ctx.lab.gateway) ? controller : undefined;
}

export const ipmitool: Command = async (ctx) => {
  const { operands, value } = parseOptions(ctx.args, 'I:H:p:t:U:A:P:C:L:y:N:v', []);
  const [object, what, verb = ''] = operands;
  if (object !== 'chassis' || what !== 'power') {
    ctx.err(`Invalid command: ${operands.join(' ')}\n`);
    return 1;
  }
  const plus = value('I') === 'lanplus';
  const controller = reached(ctx, value('H') ?? '', value('p'));
  if (!controller?.admits(value('U') ?? '', value('P') ?? '')) {
    await ctx.sleep(controller ? 2 : 15);
    ctx.err(`Error: Unable to establish ${plus ? 'IPMI v2 / RMCP+' : 'LAN'} session\n`);
    return 1;
  }
  try {
    const done = await controller.recorded(`ipmi chassis power ${verb}`, () => chassis(controller, verb));
    (done.exit === 0 ? ctx.out : ctx.err)(done.text);
    return done.exit;
  } catch (error) {
    if (!(error instanceof ControllerLost)) throw error;
    ctx.err('Error: Unable to establish LAN session\n');
    return 1;
  }
};

export const fenceIpmilan: Command = async (ctx) => {
  const options = await readOptions(ctx, table);
  if (!options) return 1;
  await ctx.sleep(Number(options.get('delay')));
  const optional = (name: string, flag: string): string[] => {
    const given = options.get(name);
    return given === undefined ? [] : [flag, given];
  };
  const run = (verb: string) =>
    ctx.run([
      options.get('ipmitool-path') ?? '/usr/bin/ipmitool',
      '-I',
      options.get('lanplus') === '1' ? 'lanplus' : 'lan',
      '-H',
      options.get('ip') ?? '',
      ...optional('ipport', '-p'),
      '-U',
      options.get('username') ?? '',
      ...optional('auth', '-A'),
      '-P',
      options.get('password') ?? '',
      ...optional('cipher', '-C'),
      ...optional('privlvl', '-L'),
      'chassis',
      'power',
      verb,
    ]);
  return fenceAction(ctx, options, {
    status: async () => {
      const word = /chassis power is (on|off)/i.exec((await run('status')).stdout)?.[1]?.toLowerCase();
      return word === 'on' || word === 'off' ? word : undefined;
    },
    set: async (to) => void (await run(to)),
  });
};
