import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine, quote } from '../../../connectors/quote.ts';

const NASTY = [
  '',
  ' ',
  "'",
  "''",
  '"',
  '\\',
  '\\n',
  '\n',
  'a\nb\n',
  '\t',
  '$HOME',
  '$(id)',
  '`id`',
  '$'.concat('{x:-y}'),
  '!history',
  '~',
  '~root',
  '*',
  '?[a-z]',
  '{a,b}',
  '# no comment',
  'a#b',
  '; rm x',
  'a && b | c > d < e',
  '-n',
  '--config-append=/var/lib/x y',
  '=ls',
  'A=b',
  '%q%s',
  'ü→日本語',
  'it\'s "two" $words with a \\ and a newline\nat the end\'',
];

function roundTrip(line: string): string[] {
  const printed = execFileSync('bash', ['--norc', '-c', line], { encoding: 'buffer' }).toString('utf8');
  return printed.split('\0').slice(0, -1);
}

describe('quote', () => {
  it('lets bash read every argument as it was', () => {
    expect(roundTrip(commandLine(['printf', '%s\\0', ...NASTY]))).toEqual(NASTY);
  });

  it('holds through a second shell, as sudo and bash -c need it', () => {
    const inner = commandLine(['printf', '%s\\0', ...NASTY]);
    expect(roundTrip(commandLine(['bash', '-c', inner]))).toEqual(NASTY);
  });

  it.each(['yum', '-y', '--config-append=/x', 'host1.test.local', '/etc/a_b-c', 'a:b@c,d+e%f', '3600a0980'])(
    'leaves %s bare, for people read it in plans',
    (word) => expect(quote(word)).toBe(word),
  );

  it('refuses what no process can be given', () => {
    expect(() => quote('a\0b')).toThrow('NUL');
  });
});

describe('commandLine', () => {
  it.each([[[]], [['']], [['-n', 'id']], [['A=b', 'id']]])('refuses %j as a command', (argv) => {
    expect(() => commandLine(argv)).toThrow(TypeError);
  });

  it('names a program that is a word of the shell', () => {
    expect(commandLine(['time', 'ls'])).toBe("'time' ls");
  });
});
