/** Brace expansion: one word into several, before any other expansion. */
import type { WordNode } from 'just-bash';

export function expandBraces(word: WordNode): WordNode[] {
  const index = word.parts.findIndex((part) => part.type === 'BraceExpansion');
  const part = word.parts[index];
  if (part?.type !== 'BraceExpansion') return [word];
  const before = word.parts.slice(0, index);
  const after = word.parts.slice(index + 1);
  const words: WordNode[] = [];
  for (const item of part.items) {
    const middles: WordNode['parts'][] =
      item.type === 'Word'
        ? expandBraces(item.word).map((inner) => inner.parts)
        : range(item).map((value) => [{ type: 'Literal', value }]);
    for (const middle of middles)
      words.push(...expandBraces({ type: 'Word', parts: [...before, ...middle, ...after] }));
  }
  return words;
}

function range(item: { start: string | number; end: string | number; step?: number; startStr?: string }): string[] {
  const letters = typeof item.start === 'string';
  const from = typeof item.start === 'string' ? item.start.charCodeAt(0) : item.start;
  const to = typeof item.end === 'string' ? item.end.charCodeAt(0) : item.end;
  const step = Math.max(1, Math.abs(item.step ?? 1)) * (from <= to ? 1 : -1);
  const width = /^-?0\d/.test(item.startStr ?? '') ? (item.startStr ?? '').length : 0;
  const values: string[] = [];
  for (let value = from; step > 0 ? value <= to : value >= to; value += step)
    values.push(letters ? String.fromCharCode(value) : String(value).padStart(width, '0'));
  return values;
}
