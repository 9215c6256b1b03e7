/** progress/ shows how a run goes on: in lines that move for people, in lines with their time for logs. */
import { LiveProgress } from './live.ts';
import { PlainProgress } from './plain.ts';
import type { Progress } from './progress.ts';

export function makeProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new LiveProgress(stream) : new PlainProgress(stream);
}
