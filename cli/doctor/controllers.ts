import { askController, controllerWords } from '../../activities/power/controller.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryHost } from '../../inventory/schema.ts';
import { accessOf } from './access.ts';
import type { EngineQuestion } from './engine.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

const ID = 'host.controller';
/** What askController says of a host that vdsm is not installed on. */
const NO_AGENT = /is not installed on/;

/**
 * The management controller of a host as another one reaches it to fence it: this machine need not reach it at all.
 * `others` are hosts that let us in.
 */
export async function checkController(
  question: EngineQuestion,
  { name, bmc }: InventoryHost,
  others: readonly string[],
): Promise<readonly Finding[]> {
  if (bmc === undefined) return [];
  const from = others.find((other) => other !== name);
  if (from === undefined) return notChecked([ID], name, 'no other host lets us in to ask its management controller');
  try {
    const status = await askController(accessOf(question), from, name);
    const words = controllerWords(from, name, status);
    if (!('fault' in status)) return [ok(ID, name, words)];
    if (NO_AGENT.test(status.fault)) return notChecked([ID], name, `${status.fault} yet`);
    return [problem(ID, name, words, `Correct bmc of ${name} in the inventory, or let ${from} reach ${bmc.address}`)];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return notChecked([ID], name, error.message.replace(/\.$/, ''));
  }
}
