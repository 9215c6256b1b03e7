/**
 * Keeps secrets out of everything that leaves the worker. Each resolved secret is registered here, in every form
 * that programs give it on the way: encoded, escaped, quoted.
 */
import { quote } from './quote.ts';

const MASK = '[secret]';

/** Below this length a secret would be found, and masked, all over ordinary text. */
export const SHORTEST_SECRET = 4;

/** Longest first, so that a form which contains another is masked whole. */
let needles: readonly string[] = [];
const registered = new Set<string>();

/** From now on `redact` masks the secret in all its forms, as long as the process lives. */
export function registerSecret(secret: string): void {
  if (registered.has(secret)) return;
  registered.add(secret);
  const forms = new Set(needles);
  for (const part of [secret, ...linesOf(secret)]) {
    for (const form of formsOf(part)) if (form.length >= SHORTEST_SECRET) forms.add(form);
  }
  needles = [...forms].sort((a, b) => b.length - a.length);
}

/** The text with every registered secret masked. */
export function redact(text: string): string {
  let clean = text;
  for (const needle of needles) if (clean.includes(needle)) clean = clean.replaceAll(needle, MASK);
  return clean;
}

/** Logs break long secrets, such as keys, into their lines. */
function linesOf(secret: string): string[] {
  const lines = secret.split('\n');
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= 16 && !line.startsWith('-----'));
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const form = url.replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const base64 = base64Forms(secret);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    form,
    form.replaceAll('%20', '+'),
    ...[url, form].map((encoded) => encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())),
    ...base64,
    ...base64.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_')),
    secret.replaceAll("'", "'\\''"),
    quote(quote(secret)).slice(1, -1),
    secret.replace(/[ \t'"\\|&;()<>!{}*[\]?^$`,]/g, '\\$&'),
    secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n'),
    xml(secret),
  ];
}

/** Base64 of the secret alone, and what is constant of it when other bytes stand before and after. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const whole = bytes.toString('base64');
  const embedded = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const blurredStart = shift === 0 ? 0 : shift + 1;
    const blurredEnd = (bytes.length + shift) % 3 === 0 ? 0 : 1;
    return encoded.slice(blurredStart, encoded.length - blurredEnd);
  });
  return [whole, whole.replace(/=+$/, ''), ...embedded.filter((core) => core.length >= 6)];
}

function xml(secret: string): string {
  return secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
