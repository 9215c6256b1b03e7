/** fence_drac5 4.2.1: racadm through the shell of a DRAC, read by its prompt. */
import { type Controller, ControllerLost, controllerAt } from '../../bmc/controller.ts';
import { racadm } from '../../bmc/racadm.ts';
import { PROMPT } from '../../bmc/sshd.ts';
import type { Command, CommandContext } from '../../types.ts';
import { DeviceGone, DeviceTimedOut, fenceAction, type Switch } from './action.ts';
import { type AgentOptions, commonOptions, fail, type OptionTable, readOptions } from './options.ts';

const table: OptionTable = {
  ...commonOptions,
  ssh: { letter: 'x', stdin: ['secure'] },
  'identity-file': { letter: 'k:', stdin: ['identity_file'] },
  'command-prompt': { letter: 'c:', stdin: ['cmd_prompt'] },
  'drac-version': { letter: 'd:', stdin: ['drac_version'] },
};

/** Prompts that it waits for when it is told none: of a DRAC 5 and a DRAC/MC. */
const usualPrompts = ['\\$', 'DRAC\\/MC:'];
/** Virtual seconds from the connection to the prompt of an iDRAC 9: longer than the agent waits by default. */
const loginSeconds = 7;

const knowsPrompt = (options: AgentOptions): boolean => {
  const given = options.get('command-prompt');
  return (given === undefined ? usualPrompts : [given]).some((pattern) => new RegExp(pattern).test(PROMPT));
};

/** The shell of the controller, or undefined when there is none within the time for it. */
async function login(ctx: CommandContext, options: AgentOptions): Promise<Controller | undefined> {
  const patience = Number(options.get('login-timeout'));
  // An iDRAC 9 does not listen for telnet.
  if (!options.has('ssh')) return undefined;
  const port = options.get('ipport');
  const address = options.get('ip') ?? '';
  const controller = controllerAt(ctx.lab, address, port === undefined ? undefined : Number(port));
  const reached = controller?.answers === true && ctx.host.network.reachable(ctx.lab.gateway);
  const admitted = reached && controller.admits(options.get('username') ?? '', options.get('password') ?? '');
  const inTime = admitted && knowsPrompt(options) && loginSeconds <= patience;
  await ctx.sleep(inTime ? loginSeconds : patience);
  return inTime ? controller : undefined;
}

/** One line in the shell; its answer has to come within the given seconds. */
async function ask(ctx: CommandContext, controller: Controller, line: string, seconds: number): Promise<string> {
  const late = ctx.sleep(seconds).then(() => undefined);
  try {
    const answer = await Promise.race([racadm(controller, line), late]);
    if (answer === undefined) throw new DeviceTimedOut();
    return answer.text;
  } catch (error) {
    throw error instanceof ControllerLost ? new DeviceGone() : error;
  }
}

function shellSwitch(ctx: CommandContext, controller: Controller, options: AgentOptions): Switch {
  return {
    status: async () => {
      const text = await ask(ctx, controller, 'racadm serveraction powerstatus', Number(options.get('shell-timeout')));
      const word = /(?:^|: )(ON|OFF|Powering ON|Powering OFF)\s*$/im.exec(text)?.[1]?.toLowerCase();
      return word === undefined ? undefined : word === 'off' ? 'off' : 'on';
    },
    set: async (to) => {
      const line = `racadm serveraction ${to === 'on' ? 'powerup' : 'powerdown'}`;
      await ask(ctx, controller, line, Number(options.get('power-timeout')));
    },
  };
}

export const fenceDrac5: Command = async (ctx) => {
  const options = await readOptions(ctx, table);
  if (!options) return 1;
  await ctx.sleep(Number(options.get('delay')));
  const controller = await login(ctx, options);
  if (!controller) return fail(ctx, 'Unable to connect/login to fencing device');
  return fenceAction(ctx, options, shellSwitch(ctx, controller, options));
};
