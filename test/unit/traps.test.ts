import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

interface Row {
  readonly id: string;
  readonly how: string;
  readonly file?: string;
  readonly title?: string;
}

async function rows(): Promise<Row[]> {
  const text = await readFile(new URL('docs/traps.md', root), 'utf8');
  return [...text.matchAll(/^\| (S?\d+)\. .*? \| (.*?) \| (?:`([^`]+)`: (.*)|–) \|$/gm)].map(
    ([, id = '', how = '', file, title]) => ({
      id,
      how,
      ...(file !== undefined && { file }),
      ...(title !== undefined && { title }),
    }),
  );
}

it('names each of the 35 traps of the hosted engine and the 6 of storage once, with a test or with the reason why none applies', async () => {
  const all = await rows();
  const numbered = (count: number, letter = '') => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  expect(all.map(({ id }) => id)).toEqual([...numbered(35), ...numbered(6, 'S')]);
  for (const { file, how } of all) expect(file !== undefined || how.startsWith('not applicable: ')).toBe(true);
});

it('names tests that exist', async () => {
  const missing: string[] = [];
  for (const { file, title } of await rows()) {
    if (file === undefined || title === undefined) continue;
    const text = await readFile(new URL(file, root), 'utf8').catch(() => '');
    const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``, `'${title.replaceAll("'", "\\'")}'`];
    if (!quoted.some((words) => text.includes(words))) missing.push(`${file}: ${title}`);
  }
  expect(missing).toEqual([]);
});
