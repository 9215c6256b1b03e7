import { describe, expect, it } from 'vitest';
import { CappedOutput } from '../../../connectors/capped-output.ts';

function collect(limit: number, chunks: readonly string[]): string {
  const output = new CappedOutput(limit);
  for (const chunk of chunks) output.add(Buffer.from(chunk));
  return output.toString();
}

describe('capped output', () => {
  it('is whole up to the limit, however it was cut on the way', () => {
    expect(collect(10, ['0123456789'])).toBe('0123456789');
    expect(collect(10, [...'0123456789'])).toBe('0123456789');
    expect(new CappedOutput(10).toString()).toBe('');
  });

  it('loses its middle beyond the limit', () => {
    const expected = '01234\n[… 2 bytes of 12 dropped here …]\n789ab';
    expect(collect(10, ['0123456789ab'])).toBe(expected);
    expect(collect(10, [...'0123456789ab'])).toBe(expected);
    expect(collect(10, ['012345678', '9ab'])).toBe(expected);
  });

  it('keeps little more than the limit in memory, and the right end', () => {
    const output = new CappedOutput(1000);
    for (let line = 0; line < 100_000; line++) output.add(Buffer.from(`line ${line}\n`));
    const text = output.toString();
    expect(text.startsWith('line 0\nline 1\n')).toBe(true);
    expect(text.endsWith('line 99998\nline 99999\n')).toBe(true);
    expect(text.length).toBeLessThan(1100);
  });

  it('puts characters together that were cut between chunks', () => {
    const bytes = Buffer.from('ü');
    const output = new CappedOutput(100);
    output.add(bytes.subarray(0, 1));
    output.add(bytes.subarray(1));
    expect(output.toString()).toBe('ü');
  });
});
