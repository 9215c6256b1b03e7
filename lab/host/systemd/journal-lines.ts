/** The short form of journal lines. */
import type { Host } from '../../kernel/host.ts';
import type { SystemJournalEntry } from '../../types.ts';
import { formatDate } from '../base/dates.ts';

export function shortLine(host: Host, entry: SystemJournalEntry, stamp = '%b %d %T'): string {
  const [first = '', ...more] = entry.message.split('\n');
  const pid = entry.pid > 0 && entry.identifier !== 'kernel' && entry.identifier !== 'journal' ? `[${entry.pid}]` : '';
  const head = `${formatDate(new Date(entry.at), stamp)} ${host.network.hostname} ${entry.identifier}${pid}: `;
  return [head + first, ...more.map((line) => ' '.repeat(head.length) + line)].join('\n');
}
