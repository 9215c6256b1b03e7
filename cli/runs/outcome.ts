import { existsSync } from 'node:fs';
import { fileSafe } from '../../connectors/artifacts.ts';
import { needsPerson, type StatusView } from '../../workflows/contract.ts';
import { EXIT } from '../failure.ts';
import { type Answer, note } from '../output.ts';
import { links } from '../settings.ts';
import type { Session } from '../temporal.ts';
import { closingWords, findRun, readReport } from './read.ts';
import { colour, columns, heldText, remainsText, waitingText, wantsColour, withReason } from './words.ts';

/** Where the worker keeps the report of a run, if that is on this machine. */
export function reportFile(session: Session, id: string, runId: string, kind: 'md' | 'json'): string | undefined {
  const path = session.settings.home.path('artifacts', fileSafe(id), `report-${runId}.${kind}`);
  return existsSync(path) ? path : undefined;
}

/** What `--wait` and `watch` answer at their end: the report of an ended run, or the status of one that waits. */
export async function outcome(session: Session, status: StatusView): Promise<Answer> {
  const { id, waiting } = status;
  if (status.phase !== 'ended') {
    const width = columns(process.stderr);
    const text = waiting === undefined ? '' : waitingText(id, waiting, width);
    const held = heldText(status, width);
    if (waiting !== undefined)
      note(
        `A person is needed. ${text}\n${held === undefined ? '' : `\n${held}\n`}\nAnswer as JSON (signal decide, update decideNow): ${JSON.stringify(waiting.answer)}`,
      );
    return { document: status, text: '', exit: waiting !== undefined && needsPerson(waiting) ? EXIT.person : EXIT.ok };
  }
  const run = await findRun(session, id);
  const { runId } = run.description;
  const report = await readReport(session, run);
  const good = status.endState === 'succeeded';
  const words = report?.reason ?? (good || report ? undefined : await closingWords(run));
  const file = reportFile(session, id, runId, 'md');
  const ui = links.run(session.settings, id, runId);
  const lines = [
    withReason(status.endState ?? 'failed', words, (text) =>
      colour(wantsColour(process.stdout), good ? 'green' : 'red', text),
    ),
    status.remains.length > 0 ? remainsText(status) : 'Nothing remains to be done by hand.',
    ...((file ?? report) ? [`Report  ${file ?? `npx runbook report ${id}`}`] : []),
    ...(ui ? [`UI      ${ui}`] : []),
  ];
  return { document: report ?? status, text: lines.join('\n'), exit: good ? EXIT.ok : EXIT.ended };
}
