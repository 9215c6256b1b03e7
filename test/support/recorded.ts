/** Exchanges recorded from a running engine 4.5.8 (lab/engine/api/recorded). */
import { readFileSync } from 'node:fs';
import type { Answer } from '../../connectors/engine/transport.ts';

const DIRECTORY = new URL('../../lab/engine/api/recorded/', import.meta.url);

/** The answer of a recording, by the start of its file's name: `310-host-deactivate`. */
export function recordedAnswer(name: string): Answer {
  const text = readFileSync(new URL(`${name}.json.http`, DIRECTORY), 'utf8');
  const [head = '', body = ''] = text.slice(text.search(/^HTTP\/1\.1 \d/m)).split(/\n\n(.*)/s);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    type: /^Content-Type: (.*)$/im.exec(head)?.[1] ?? '',
    body: body.trim(),
  };
}
