import { runbooks } from '../../runbooks/index.ts';
import { inputProblems } from '../../runbooks/input-problems.ts';
import type { InputVerdict } from '../contract.ts';
import { loadSite } from './activities.ts';
import { stepFailure } from './endings.ts';

/**
 * Judges an input as a run of the runbook would before it begins, and begins none: for what is made today and runs in weeks.
 * Reads the inventory and nothing else.
 */
export async function judgeInput(name: string, input: unknown): Promise<InputVerdict> {
  const definition = Object.hasOwn(runbooks, name) ? runbooks[name] : undefined;
  if (definition === undefined) return { problems: [`there is no runbook "${name}"`] };
  const parsed = definition.input.safeParse(input);
  if (!parsed.success) return { problems: inputProblems(definition.input, input) };
  try {
    const site = await loadSite({});
    return { problems: definition.unknownNames?.(parsed.data, site) ?? [] };
  } catch (error) {
    return { problems: [], inventory: stepFailure(error).message };
  }
}
