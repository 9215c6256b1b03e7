/** The search language of the lists: `name="a b" and status!=up sortby name asc page 2`. */

type Asked = string | number | undefined;

/** What a search may ask about one kind of entity; a field of a related one is named `host.name`, several are a list. */
export type Fields<T> = Readonly<Record<string, (item: T) => Asked | readonly string[]>>;

interface Condition {
  readonly field: string;
  readonly op: string;
  readonly value: string;
}

interface Query {
  /** Alternatives of conditions that hold together. */
  readonly any: readonly (readonly Condition[])[];
  readonly sort?: { readonly field: string; readonly descending: boolean };
  readonly page: number;
}

const TOKEN = /\s*(?:([\w.]+)\s*(!=|<=|>=|=|<|>)\s*("[^"]*"|[^\s]+)|(\w[\w*.-]*))/y;

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1');

/** Reads a search; undefined when it makes no sense. */
function parse(source: string): Query | undefined {
  const any: Condition[][] = [[]];
  let sort: Query['sort'];
  let page = 1;
  let rest = source.trim();
  const pages = /(?:^|\s)page\s+(\d+)\s*$/i.exec(rest);
  if (pages) {
    page = Number(pages[1]);
    rest = rest.slice(0, pages.index);
  }
  const sorting = /(?:^|\s)sortby\s+([\w.]+)(?:\s+(asc|desc))?\s*$/i.exec(rest);
  if (sorting) {
    sort = { field: (sorting[1] ?? '').toLowerCase(), descending: /desc/i.test(sorting[2] ?? '') };
    rest = rest.slice(0, sorting.index);
  }
  TOKEN.lastIndex = 0;
  rest = rest.trim();
  let joined = true;
  while (TOKEN.lastIndex < rest.length) {
    const token = TOKEN.exec(rest);
    if (!token) return undefined;
    const [, field, op, value, word] = token;
    const last = any[any.length - 1];
    // Conditions that follow each other without a word between them hold together (engine: SyntaxChecker).
    if (field !== undefined && op !== undefined && value !== undefined && last) {
      last.push({ field: field.toLowerCase(), op, value: unquoted(value) });
      joined = false;
    } else if (/^and$/i.test(word ?? '')) joined = true;
    else if (/^or$/i.test(word ?? '')) {
      any.push([]);
      joined = true;
    } else if (joined && last) {
      last.push({ field: '', op: '=', value: word ?? '' });
      joined = false;
    } else return undefined;
  }
  if (joined && rest !== '') return undefined;
  return { any, page, ...(sort ? { sort } : {}) };
}

function like(value: string, pattern: string, caseSensitive: boolean): boolean {
  const source = pattern.replace(/[.+?^$()|[\]\\{}]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, caseSensitive ? '' : 'i').test(value);
}

function holds<T>(fields: Fields<T>, item: T, one: Condition, caseSensitive: boolean): boolean {
  // A word without a field is looked for in every text.
  if (one.field === '') {
    return Object.values(fields).some((read) => like(String(read(item) ?? ''), one.value, caseSensitive));
  }
  const actual = fields[one.field]?.(item);
  if (one.op === '=' || one.op === '!=') {
    const values = actual === undefined ? [] : [actual].flat();
    const same = values.some((value) => like(String(value), one.value, caseSensitive));
    return same === (one.op === '=');
  }
  if (actual === undefined) return false;
  const wanted = Number(one.value);
  const given = Number(actual);
  if (Number.isNaN(wanted) || Number.isNaN(given)) return false;
  if (one.op === '<') return given < wanted;
  if (one.op === '>') return given > wanted;
  return one.op === '<=' ? given <= wanted : given >= wanted;
}

const compare = (a: Asked | readonly string[], b: Asked | readonly string[]): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a ?? '').localeCompare(String(b ?? ''));

/** The part of a list that a request asks for. What cannot be understood finds nothing, as in the engine. */
export function select<T>(items: readonly T[], fields: Fields<T>, query: URLSearchParams): T[] {
  const source = query.get('search') ?? '';
  const parsed = parse(source);
  const unknown = (name: string): boolean => name !== '' && fields[name] === undefined;
  if (!parsed || parsed.any.some((all) => all.some((one) => unknown(one.field)))) return [];
  const caseSensitive = query.get('case_sensitive')?.toLowerCase() === 'true';
  let found = items.filter((item) =>
    parsed.any.some((all) => all.every((one) => holds(fields, item, one, caseSensitive))),
  );
  const { sort } = parsed;
  const key = sort && fields[sort.field];
  if (sort && key) {
    found = [...found].sort((a, b) => compare(key(a), key(b)) * (sort.descending ? -1 : 1));
  }
  const asked = query.get('max');
  if (asked === null || !/^-?\d+$/.test(asked)) return parsed.page === 1 ? found : [];
  const max = Math.max(0, Number(asked));
  return found.slice((parsed.page - 1) * max, parsed.page * max);
}
