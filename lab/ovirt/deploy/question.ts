import type { Value } from './answers.ts';
import { StageError } from './console.ts';
import type { Deployment } from './deployment.ts';

export interface Question {
  readonly name: string;
  /** Without the OVEHOSTED_ prefix; a value under it suppresses the question. */
  readonly key: string;
  readonly text: string | ((d: Deployment) => string);
  readonly initial?: (d: Deployment) => string;
  readonly valid?: readonly string[];
  readonly hidden?: boolean;
  /** A hidden answer is asked for a second time under this name. */
  readonly confirm?: { readonly name: string; readonly text: string };
  readonly type?: 'str' | 'int' | 'bool';
  readonly when?: (d: Deployment) => boolean;
  /** A complaint about the value, or nothing; it ends an unattended run and repeats the question in a dialog. */
  readonly check?: (value: Value, d: Deployment) => string | undefined;
  /** Settings that count as an answer besides the key itself. */
  readonly settledBy?: readonly string[];
}

const typed = (question: Question, answer: string): Value => {
  if (question.type === 'bool') return answer.toLowerCase() === 'yes';
  if (question.type === 'int') return Number(answer);
  return answer;
};

/** The text with the choices and the default in the places otopi puts them. */
function shown(question: Question, d: Deployment, initial: string | undefined): string {
  const text = typeof question.text === 'string' ? question.text : question.text(d);
  return text.replace('@VALUES@', (question.valid ?? []).join(', ')).replace('@DEFAULT@', () => initial ?? '');
}

async function answerTo(question: Question, d: Deployment): Promise<string> {
  const initial = question.initial?.(d);
  const prompt = shown(question, d, initial);
  const settled = d.environment.get(`QUESTION/${d.console.occurrence(question.name)}/${question.name}`);
  if (settled !== undefined) {
    d.console.note(prompt);
    d.console.note(`provided answer: ${question.hidden ? '(hidden)' : String(settled)}`);
    return String(settled);
  }
  if (d.environment.get('DIALOG/autoAcceptDefault') === true && initial !== undefined) {
    d.console.note(prompt);
    return initial;
  }
  for (;;) {
    const line = await d.console.read(prompt, question.hidden ?? false);
    const answer = line === '' && initial !== undefined ? initial : line;
    const allowed = question.valid?.map((v) => v.toLowerCase());
    if (allowed && !allowed.includes(answer.toLowerCase())) d.console.error('Invalid value');
    else if (answer === '' && initial !== '') d.console.error('Please specify value');
    else return answer;
  }
}

/** Settles one question: from the answer files, else by asking; stores the value under its key. */
export async function settle(question: Question, d: Deployment): Promise<void> {
  if (question.when && !question.when(d)) return;
  const given = d.has(question.key) || (question.settledBy ?? []).some((key) => d.has(key));
  if (given) {
    const value = d.environment.get(`OVEHOSTED_${question.key}`);
    const complaint = value === undefined || value === null ? undefined : question.check?.(value, d);
    if (complaint !== undefined) throw new StageError(complaint);
    if (question.hidden) d.console.hide(d.text(question.key));
    return;
  }
  for (;;) {
    const answer = await answerTo(question, d);
    if (question.confirm && (await answerTo({ ...question, ...question.confirm }, d)) !== answer) {
      d.console.error('Passwords do not match');
      continue;
    }
    const value = typed(question, answer);
    const complaint = question.check?.(value, d);
    if (complaint === undefined) {
      d.set(question.key, value);
      return;
    }
    d.console.error(complaint);
    if (d.environment.get('DIALOG/autoAcceptDefault') === true) throw new StageError(complaint);
  }
}
