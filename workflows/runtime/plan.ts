import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Finding, Plan, PlanStep } from '../contract.ts';

/** The hash that an approval names: titles, targets, commands and undos, never times, ids or evidence. */
export function planHash(steps: readonly PlanStep[]): string {
  const essence = steps.map(({ title, target, commands, undo }) => [title, target ?? '', commands, undo ?? '']);
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(essence))));
}

export function makePlan(steps: readonly PlanStep[], refusals: readonly Finding[]): Plan {
  return { hash: planHash(steps), steps, ...(refusals.length > 0 && { refusals }) };
}

/** The commands that the approved plan did not name; fewer than planned is no news. */
export function unplanned(plan: Plan | undefined, stepId: string, commands: readonly string[]): readonly string[] {
  const planned = plan?.steps.find((step) => step.id === stepId);
  if (planned === undefined || planned.state === 'unknown') return [];
  return commands.filter((command) => !planned.commands.includes(command));
}

/** True when the plan found nothing to do between this gate and the next one or the end. */
export function nothingBehind(plan: Plan | undefined, gateId: string): boolean {
  if (plan === undefined) return false;
  const gate = plan.steps.findIndex((step) => step.id === gateId);
  if (gate < 0) return false;
  for (const step of plan.steps.slice(gate + 1)) {
    if (step.approval !== undefined) break;
    if (step.state !== 'already') return false;
  }
  return true;
}
