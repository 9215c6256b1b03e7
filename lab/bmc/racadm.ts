/** The shell of an iDRAC: racadm, as far as power goes. */
import type { Button, Controller } from './controller.ts';

const buttons: readonly string[] = ['powerup', 'powerdown', 'powercycle', 'hardreset', 'graceshutdown'];
const done = (text: string): { text: string; exit: number } => ({ text: `${text}\n`, exit: 0 });
const failed = (text: string): { text: string; exit: number } => ({ text: `${text}\n`, exit: 1 });

/** Carries out a line of the shell, journalled as what a controller does. */
export const racadm = (controller: Controller, line: string): Promise<{ text: string; exit: number }> =>
  controller.recorded(line, () => answer(controller, line));

function answer(controller: Controller, line: string): { text: string; exit: number } {
  const [program = '', verb = '', action = '', ...rest] = line.trim().split(/\s+/);
  if (program === '') return { text: '', exit: 0 };
  if (program !== 'racadm') return failed('COMMAND NOT RECOGNIZED');
  if (verb === 'getsvctag') return done(`JDQ${controller.host.name.toUpperCase()}`);
  if (verb !== 'serveraction') return failed('ERROR: Invalid subcommand specified.');
  if (action === 'powerstatus' && rest.length === 0)
    return done(`Server power status: ${controller.on ? 'ON' : 'OFF'}`);
  if (!buttons.includes(action) || rest.length > 0) return failed('ERROR: Invalid syntax.');
  if (action === 'powerup' && controller.on) return done('Server is already powered ON.');
  if (action !== 'powerup' && !controller.on) return done('Server is already powered OFF.');
  controller.press(action as Button);
  return done('Server power operation successful');
}
