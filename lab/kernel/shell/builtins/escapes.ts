/** Backslash escapes in the words of echo and printf. */
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  e: '\x1b',
};

/** Backslash escapes as `echo -e` and `printf %b` read them. */
export function unescapeText(text: string): { text: string; stop: boolean } {
  let stop = false;
  const out = text.replace(/\\(x[0-9a-fA-F]{1,2}|0[0-7]{0,3}|c[\s\S]*|[\s\S])/g, (whole, code: string) => {
    if (code.startsWith('c')) {
      stop = true;
      return '';
    }
    if (code.startsWith('x') && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (code.startsWith('0')) return String.fromCharCode(Number.parseInt(code, 8));
    return escapes[code] ?? whole;
  });
  return { text: out, stop };
}
