import type { LabControl } from './lab-control.ts';

/** How many `hosted-engine --deploy` were really started since the journal's entry. */
export async function deployProcesses(control: LabControl, since: number): Promise<number> {
  const entries = await control.journal(since);
  return entries.filter(({ kind, text }) => kind === 'process' && /^\S+ (\S*\/)?hosted-engine --deploy/.test(text))
    .length;
}
