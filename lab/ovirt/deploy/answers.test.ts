import { describe, expect, it } from 'vitest';
import { formatTyped, parseIni, parseTyped } from './answers.ts';

describe('answer files as otopi reads them', () => {
  it('takes only f, F, false and False for false', () => {
    for (const text of ['f', 'F', 'false', 'False']) expect(parseTyped(`bool:${text}`)).toBe(false);
    for (const text of ['no', '0', '', 'FALSE', 'True']) expect(parseTyped(`bool:${text}`)).toBe(true);
  });
  it('knows the types and keeps colons in values', () => {
    expect(parseTyped('str:10.0.0.5/24')).toBe('10.0.0.5/24');
    expect(parseTyped('str:a:b:c')).toBe('a:b:c');
    expect(parseTyped('int:16384')).toBe(16384);
    expect(parseTyped('none:None')).toBe(null);
    expect(() => parseTyped('16384')).toThrow('Missing variable type');
    expect(() => parseTyped('text:x')).toThrow('Invalid variable type text');
    expect(() => parseTyped('int:4G')).toThrow("invalid literal for int() with base 10: '4G'");
  });
  it('writes what it reads', () => {
    for (const text of ['str:a', 'int:4', 'bool:True', 'bool:False', 'none:None']) {
      expect(formatTyped(parseTyped(text))).toBe(text);
    }
  });
  it('lets later lines and files win, keeps case, quotes and dollars', () => {
    const first = parseIni('[environment:default]\nA/keyName=str:1\nA/keyName=str:2\n', 'one');
    const both = parseIni(`[environment:default]\nB/pw=str:p"a'$x y#z\n# comment\nA/keyName=str:3\n`, 'two', first);
    expect(both.get('environment:default')?.get('A/keyName')).toBe('str:3');
    expect(both.get('environment:default')?.get('B/pw')).toBe(`str:p"a'$x y#z`);
  });
  it('cuts a value at a blank and a semicolon', () => {
    expect(parseIni('[s]\nk=str:one ;two\n', 'f').get('s')?.get('k')).toBe('str:one');
    expect(parseIni('[s]\nk=str:one;two\n', 'f').get('s')?.get('k')).toBe('str:one;two');
  });
  it('refuses a file without a section', () => {
    expect(() => parseIni('k=str:v\n', '/root/a.conf')).toThrow('File contains no section headers.');
  });
});
