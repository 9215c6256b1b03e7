/** Word expansion: braces, tilde, parameters, substitutions, arithmetic, splitting by IFS, pathnames. */
import type { WordNode } from 'just-bash';
import { arithmetic } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import { expandParameter } from './parameter.ts';
import { glob, hasGlob, unquote } from './pattern.ts';
import type { Piece, WordPart } from './pieces.ts';
import type { Shell } from './state.ts';
import { substitute, substituteProcess } from './substitute.ts';
import { expandSource, quotePattern } from './words.ts';

/** All fields that the words give. */
export async function expandWords(shell: Shell, words: readonly WordNode[]): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words)
    for (const single of expandBraces(word)) {
      const only = single.parts.length === 1 ? single.parts[0] : undefined;
      if (only && (only.type === 'Literal' || only.type === 'SingleQuoted')) fields.push(only.value);
      else fields.push(...(await expandFields(shell, single)));
    }
  return fields;
}

async function expandFields(shell: Shell, word: WordNode): Promise<string[]> {
  const pieces = await expandParts(shell, word.parts, false);
  const separators = shell.get('IFS') ?? ' \t\n';
  const fields: string[] = [];
  let current: string | undefined;
  const flush = (): void => {
    if (current !== undefined) fields.push(current);
    current = undefined;
  };
  for (const piece of pieces) {
    if (piece.boundary) flush();
    else if (!piece.split) current = (current ?? '') + (piece.quoted ? quotePattern(piece.text) : piece.text);
    else {
      const { parts, leading, trailing } = splitFields(piece.text, separators);
      if (leading) flush();
      for (const [index, part] of parts.entries()) {
        if (index > 0) flush();
        current = (current ?? '') + part.replace(/\\/g, '\\\\');
      }
      if (trailing) flush();
    }
  }
  flush();
  return fields.flatMap((field) => {
    if (shell.options.noglob || !hasGlob(field)) return [unquote(field)];
    const found = glob(shell.host.fs, shell.process.cwd, field);
    if (found.length > 0) return found;
    return shell.options.nullglob ? [] : [unquote(field)];
  });
}

function splitFields(text: string, separators: string): { parts: string[]; leading: boolean; trailing: boolean } {
  if (separators === '') return { parts: text === '' ? [] : [text], leading: false, trailing: false };
  const blanks = [...separators].filter((char) => /\s/.test(char)).join('');
  const hard = [...separators].filter((char) => !/\s/.test(char)).join('');
  const space = blanks === '' ? '(?!)' : `[${escapeClass(blanks)}]`;
  const delimiter = hard === '' ? `${space}+` : `${space}*[${escapeClass(hard)}]${space}*|${space}+`;
  const leading = new RegExp(`^(?:${space})+`).test(text);
  const trailing = new RegExp(`(?:${delimiter})$`).test(text);
  const trimmed = text.replace(new RegExp(`^(?:${space})+`), '').replace(new RegExp(`(?:${delimiter})$`), '');
  const parts = trimmed === '' ? [] : trimmed.split(new RegExp(delimiter));
  return { parts, leading, trailing };
}

function escapeClass(chars: string): string {
  return chars.replace(/[\\\]^-]/g, '\\$&');
}

export async function expandParts(shell: Shell, parts: readonly WordPart[], inQuotes: boolean): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'Literal':
        pieces.push({ text: part.value, quoted: true, split: false });
        break;
      case 'SingleQuoted':
      case 'Escaped':
        pieces.push({ text: part.value, quoted: true, split: false });
        break;
      case 'Glob':
        pieces.push({ text: part.pattern, quoted: inQuotes, split: false });
        break;
      case 'DoubleQuoted': {
        const inner = await expandParts(shell, part.parts, true);
        // "$@" without arguments is no word at all; any other quoted text is one, even when empty.
        const nothing = inner.length === 0 && part.parts.length > 0;
        if (!nothing) pieces.push({ text: '', quoted: true, split: false });
        pieces.push(...inner);
        break;
      }
      case 'TildeExpansion':
        pieces.push({ text: home(shell, part.user), quoted: true, split: false });
        break;
      case 'ParameterExpansion':
        pieces.push(...(await expandParameter(shell, part, inQuotes)));
        break;
      case 'CommandSubstitution':
        pieces.push({ text: await substitute(shell, part.body), quoted: inQuotes, split: !inQuotes });
        break;
      case 'ArithmeticExpansion': {
        const number = await arithmetic(shell, part.expression, expandSource);
        pieces.push({ text: String(number), quoted: inQuotes, split: !inQuotes });
        break;
      }
      case 'ProcessSubstitution':
        pieces.push({ text: substituteProcess(shell, part.body, part.direction), quoted: true, split: false });
        break;
      default:
        break;
    }
  }
  return pieces;
}

function home(shell: Shell, user: string | null): string {
  if (user === null) return shell.get('HOME') ?? '/root';
  if (user === '+') return shell.process.cwd;
  return shell.host.home(user) ?? `~${user}`;
}
