/** Signal names and numbers, in the spellings that kill and timeout take. */
import { constants } from 'node:os';
import type { SignalName } from '../types.ts';

export const signalNames: readonly SignalName[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
  'SIGPIPE',
  'SIGTERM',
];

/** From `9`, `KILL`, `SIGKILL`; undefined when it is none of those modelled. */
export function signalName(text: string): SignalName | undefined {
  const upper = text.toUpperCase();
  return signalNames.find(
    (name) => name === upper || name === `SIG${upper}` || String(constants.signals[name]) === text,
  );
}
