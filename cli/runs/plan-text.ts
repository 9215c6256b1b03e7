import type { Plan, PlanStep } from '../../workflows/contract.ts';
import { clip, colour } from './words.ts';

const WORDS: Readonly<Record<PlanStep['state'], string>> = {
  already: 'nothing to do',
  wouldDo: 'would do',
  unknown: 'not known yet',
};

const takes = ({ typicalDuration, usual }: PlanStep): string =>
  usual !== undefined
    ? `usually ${typicalDuration}, ${usual.runs} runs`
    : /^\d/.test(typicalDuration)
      ? `declared ${typicalDuration}`
      : typicalDuration;

/** The plan for people: what would be done, by which commands, and how it would be undone. */
export function planText(plan: Plan, width: number, coloured: boolean): string {
  const lines: string[] = [];
  for (const [index, step] of plan.steps.entries()) {
    const number = `${String(index + 1).padStart(2)}.`;
    const state = step.approval
      ? 'asks a person'
      : step.unknownUntil
        ? `not known until "${step.unknownUntil}"`
        : WORDS[step.state];
    const time = step.state === 'wouldDo' && !step.approval ? `, ${takes(step)}` : '';
    const told = `${number} ${step.title}: ${state}${time}`;
    lines.push(step.state === 'already' ? colour(coloured, 'dim', told) : colour(coloured, 'bold', told));
    lines.push(...step.commands.map((command) => `      $ ${coloured ? clip(command, width - 8) : command}`));
    if (step.undo) lines.push(`      undo: ${step.undo}`);
  }
  for (const { what, fix } of plan.refusals ?? [])
    lines.push('', colour(coloured, 'red', `Refused: ${what}`), `  Fix: ${fix}`);
  const changes = plan.steps.filter(({ state, approval }) => state === 'wouldDo' && approval === undefined).length;
  const open = plan.steps.filter(({ state }) => state === 'unknown').length;
  lines.push(
    '',
    `Plan ${plan.hash.slice(0, 8)}: ${changes} to do, ${open} not known yet, ${plan.steps.length - changes - open} others.`,
  );
  return lines.join('\n');
}
