import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Finding, Plan, PlanStep } from '../contract.ts';

/** The hash that an approval names: titles, targets, commands and undos, never times, ids or evidence. */
export function planHash(steps: readonly PlanStep[]): string {
  const essence = steps.map(({ title, target, commands, undo }) => [title, target ?? '', commands, undo ?? '']);
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(essence))));
}

/** A gate that will not be asked is listed as `already`, so that the plan tells what the run does. */
export function makePlan(steps: readonly PlanStep[], refusals: readonly Finding[]): Plan {
  const told = steps.map((step) => {
    const unasked = step.approval !== undefined && step.state === 'wouldDo' && nothingBehind(steps, step.id);
    return unasked ? { ...step, state: 'already' as const } : step;
  });
  return { hash: planHash(told), steps: told, ...(refusals.length > 0 && { refusals }) };
}

/** The commands that the approved plan did not name; fewer than planned is no news. */
export function unplanned(plan: Plan | undefined, stepId: string, commands: readonly string[]): readonly string[] {
  const planned = plan?.steps.find((step) => step.id === stepId);
  if (planned === undefined || planned.state === 'unknown') return [];
  return commands.filter((command) => !planned.commands.includes(command));
}

/** True when the plan found nothing to do between this gate and the next one or the end. */
export function nothingBehind(steps: readonly PlanStep[], gateId: string): boolean {
  const gate = steps.findIndex((step) => step.id === gateId);
  if (gate < 0) return false;
  for (const step of steps.slice(gate + 1)) {
    if (step.approval !== undefined) break;
    if (step.state !== 'already') return false;
  }
  return true;
}
