/** What a word says as one text: the part of expansion that redirections, patterns and parameters need themselves. */
import type { WordNode } from 'just-bash';
import { parse } from 'just-bash';
import type { Shell } from './state.ts';

/** One string, neither split nor globbed: assignments, redirection targets, here-documents. */
export async function expandText(shell: Shell, word: WordNode): Promise<string> {
  const pieces = await shell.interpreter.expandParts(shell, word.parts, false);
  return pieces.map((piece) => (piece.boundary ? ' ' : piece.text)).join('');
}

/** A pattern: what was quoted is escaped. */
export async function expandPattern(shell: Shell, word: WordNode): Promise<string> {
  const pieces = await shell.interpreter.expandParts(shell, word.parts, false);
  return pieces.map((piece) => (piece.boundary ? ' ' : piece.quoted ? quotePattern(piece.text) : piece.text)).join('');
}

/** Text that stands inside `$(( ))` or here-strings of messages: only `$` and backquotes act. */
export async function expandSource(shell: Shell, text: string): Promise<string> {
  const quoted = text.replace(/(["\\])/g, '\\$1');
  const word = parse(`: "${quoted}"`).statements[0]?.pipelines[0]?.commands[0];
  const argument = word?.type === 'SimpleCommand' ? word.args[0] : undefined;
  return argument ? expandText(shell, argument) : text;
}

export function quotePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
