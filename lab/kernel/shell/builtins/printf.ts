/** printf: formats are used again until the arguments are. */
import { unescapeText } from './escapes.ts';

export function printf(args: readonly string[]): { output: string; errors: string[] } {
  const format = (args[0] === '--' ? args[1] : args[0]) ?? '';
  const values = args.slice(args[0] === '--' ? 2 : 1);
  const errors: string[] = [];
  let output = '';
  let stopped = false;
  do {
    const before = values.length;
    output += unescapeFormat(format).replace(
      /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?([a-zA-Z%])/g,
      (_, flags: string, width: string | undefined, precision: string | undefined, kind: string) => {
        if (kind === '%' || stopped) return stopped ? '' : '%';
        const size = width === '*' ? Number(values.shift() ?? 0) : Number(width ?? 0);
        const digits =
          precision === '*' ? Number(values.shift() ?? 0) : precision === undefined ? undefined : Number(precision);
        const value = values.shift();
        if (kind === 'b') {
          const inner = unescapeText(value ?? '');
          stopped = inner.stop;
          return pad(inner.text, size, flags);
        }
        return pad(convert(kind, value ?? '', flags, digits, errors), size, flags, kind);
      },
    );
    if (values.length === before) break;
  } while (values.length > 0 && !stopped);
  return { output, errors };
}

function unescapeFormat(format: string): string {
  return format.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g, (whole, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (code === '"') return '"';
    return unescapeText(whole).text;
  });
}

function convert(kind: string, value: string, flags: string, digits: number | undefined, errors: string[]): string {
  if (kind === 's') return digits === undefined ? value : value.slice(0, digits);
  if (kind === 'c') return value.charAt(0);
  if (kind === 'q') return quote(value);
  const number = /^['"]/.test(value) ? value.charCodeAt(1) : value === '' ? 0 : Number(value);
  if (Number.isNaN(number)) {
    errors.push(`${value}: invalid number`);
    return '0';
  }
  const sign = flags.includes('+') && number >= 0 ? '+' : '';
  switch (kind) {
    case 'x':
      return Math.trunc(number).toString(16);
    case 'X':
      return Math.trunc(number).toString(16).toUpperCase();
    case 'o':
      return Math.trunc(number).toString(8);
    case 'f':
    case 'F':
      return sign + number.toFixed(digits ?? 6);
    case 'e':
      return number.toExponential(digits ?? 6);
    case 'g':
      return String(number);
    default:
      return sign + String(Math.trunc(number)).padStart(digits ?? 0, '0');
  }
}

function pad(text: string, size: number, flags: string, kind = 's'): string {
  if (flags.includes('-') || size < 0) return text.padEnd(Math.abs(size));
  return flags.includes('0') && kind !== 's' ? text.padStart(size, '0') : text.padStart(size);
}

/** `printf %q`, reusable as shell input. */
export function quote(text: string): string {
  if (text === '') return "''";
  if (/[\n\t\r]/.test(text)) {
    const inner = text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r');
    return `$'${inner}'`;
  }
  return text.replace(/[^\w@%+=:,./-]/g, '\\$&');
}
