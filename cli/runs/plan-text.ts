import { planStateWords, reasonTells } from '../../reports/words.ts';
import type { Plan, PlanStep } from '../../workflows/contract.ts';
import { expectation } from './expected.ts';
import { below, headOf } from './family.ts';
import { colour } from './words.ts';

const takes = (step: PlanStep): string => {
  const words = expectation(step) ?? step.typicalDuration;
  return step.usual === undefined ? words : `${words}, ${step.usual.runs} runs`;
};

/**
 * The plan for people: what would be done, by which commands, whole, and how it would be undone; part by part.
 * What kept the run from beginning is left out where the reason of its end, which is told as well, says it already.
 */
export function planText(plan: Plan, coloured: boolean, reason?: string): string {
  const lines: string[] = [];
  let part: string | undefined;
  for (const [index, step] of plan.steps.entries()) {
    const head = headOf(step);
    const all = head === undefined ? [] : plan.steps.filter((other) => headOf(other) === head);
    if (head !== part && head !== undefined) lines.push(partLine(step, all, coloured));
    part = head;
    if (all.length > 0 && all.every(({ state }) => state === 'already')) continue;
    lines.push(...stepLines(step, index + 1, coloured));
  }
  for (const { what, fix } of reasonTells(reason, plan) ? [] : (plan.refusals ?? []))
    lines.push('', colour(coloured, 'red', `Refused: ${what}`), `  Fix: ${fix}`);
  lines.push('', `Plan ${plan.hash.slice(0, 8)}: ${counts(plan)}.`);
  return lines.join('\n');
}

/** `2 to do, 1 to ask, 9 with nothing to do`. */
function counts({ steps, refusals = [] }: Plan): string {
  const of = (wanted: (step: PlanStep) => boolean, words: string) => {
    const count = steps.filter(wanted).length;
    return count === 0 ? [] : [`${count} ${words}`];
  };
  const open = [
    ...of(({ state, approval }) => state === 'wouldDo' && approval === undefined, 'to do'),
    ...of(({ state, approval }) => state === 'wouldDo' && approval !== undefined, 'to ask a person'),
    ...of(({ state }) => state === 'unknown', 'not known yet'),
  ];
  const settled = open.length === 0 ? ['nothing to do'] : of(({ state }) => state === 'already', 'with nothing to do');
  return [...(refusals.length > 0 ? ['refused'] : []), ...open, ...settled].join(', ');
}

/** The head of a part that is a run of its own; one that has nothing to do is this line alone. */
function partLine({ title }: PlanStep, all: readonly PlanStep[], coloured: boolean): string {
  const name = title.slice(0, title.indexOf(': '));
  const nothing = all.every(({ state }) => state === 'already');
  return nothing
    ? colour(coloured, 'dim', `${name}: nothing to do, ${all.length} steps looked at`)
    : colour(coloured, 'bold', name);
}

function stepLines(step: PlanStep, place: number, coloured: boolean): readonly string[] {
  const { title } = below(step);
  const indent = headOf(step) === undefined ? '' : '  ';
  const number = `${indent}${String(place).padStart(2)}.`;
  const time = step.state === 'wouldDo' && !step.approval ? `, ${takes(step)}` : '';
  const told = `${number} ${title.trimStart()}: ${planStateWords(step)}${time}`;
  const commands = step.commands.map((command) => `$ ${command}`);
  return [
    step.state === 'already' ? colour(coloured, 'dim', told) : colour(coloured, 'bold', told),
    ...[...commands, ...(step.undo ? [`undo: ${step.undo}`] : [])].map((line) => `${indent}      ${line}`),
  ];
}
