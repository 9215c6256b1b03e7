import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine, quote } from '../../../connectors/quote.ts';
import { redact, registerSecret } from '../../../connectors/redaction.ts';

const SECRET = `p'a"s$s w\\ö<r>&d!`;
registerSecret(SECRET);

describe('redact', () => {
  it.each([
    ['plain', SECRET],
    ['JSON', JSON.stringify({ password: SECRET })],
    ['JSON in JSON', JSON.stringify({ body: JSON.stringify({ password: SECRET }) })],
    ['a URL', `https://x/?p=${encodeURIComponent(SECRET)}&q=1`],
    ['a form', new URLSearchParams({ p: SECRET }).toString()],
    ['a URL in lower case', encodeURIComponent(SECRET).replace(/%../g, (hex) => hex.toLowerCase())],
    ['a command line', commandLine(['echo', SECRET])],
    ['a command line in a script', commandLine(['bash', '-c', `echo ${quote(SECRET)}`])],
    ['base64', Buffer.from(SECRET).toString('base64')],
    ['base64 with its newline', Buffer.from(`${SECRET}\n`).toString('base64')],
    ['basic authentication', Buffer.from(`admin@internal:${SECRET}`).toString('base64')],
    ['base64url', Buffer.from(SECRET).toString('base64url')],
    [
      "bash's own quoting",
      execFileSync('bash', ['--norc', '-c', 'printf %q "$0"', SECRET], { env: { LC_ALL: 'C.UTF-8' } }).toString(),
    ],
    [
      'XML',
      `<password>${SECRET.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&apos;')}</password>`,
    ],
  ])('masks the secret in %s', (_form, text) => {
    const masked = redact(`before ${text} after`);
    expect(masked).toContain('[secret]');
    expect(masked).not.toContain(SECRET);
    expect(masked).not.toContain(text);
    expect(masked.startsWith('before ')).toBe(true);
    expect(masked.endsWith(' after')).toBe(true);
  });

  it.each(['ab', 'abc', 'abcd'])('masks base64 wherever the secret begins in it (after %j)', (before) => {
    const secret = 'correct horse battery staple';
    registerSecret(secret);
    const encoded = Buffer.from(`${before}${secret}xyz`).toString('base64');
    const left = redact(encoded).replace('[secret]', '');
    expect(left.length).toBeLessThan(encoded.length - 30);
  });

  it('masks a key line by line', () => {
    const lines = [
      '-----BEGIN KEY-----',
      'b3BlbnNzaC1rZXktdjEAAAAABG5vbmU',
      'QyNTUxOQAAACAnSjS7avqXkYldur10T',
      '-----END KEY-----',
    ];
    registerSecret(lines.join('\n'));
    expect(redact(`x ${lines[2]} y`)).toBe('x [secret] y');
    expect(redact('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----');
  });

  it('masks all of a secret that contains another', () => {
    registerSecret('inner-part');
    registerSecret('outer-inner-part-outer');
    expect(redact('outer-inner-part-outer inner-part')).toBe('[secret] [secret]');
  });

  it('leaves other text alone', () => {
    expect(redact('nothing to see here')).toBe('nothing to see here');
  });
});
