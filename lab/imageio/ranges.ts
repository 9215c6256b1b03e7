import { HttpError } from './answers.ts';

/** `Range: bytes=a-b`; one of the last bytes has a negative beginning. */
export function requestedRange(
  header: string | undefined,
): { readonly first: number; readonly last?: number } | undefined {
  if (header === undefined) return undefined;
  const [all, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  const cannot = (why: string): HttpError => new HttpError(416, `Cannot satisfy range '${header}', ${why}`);
  if (all === undefined) throw cannot('invalid range or multiple ranges');
  if (first === '' && last === '') throw cannot('no first or last');
  if (first === '') return { first: -Number(last) };
  if (last === '') return { first: Number(first) };
  if (Number(first) > Number(last)) throw cannot('first > last');
  return { first: Number(first), last: Number(last) };
}

/** `Content-Range: bytes a-b/c`; only its beginning counts, but all of it has to make sense. */
export function contentStart(header: string | undefined): number {
  if (header === undefined) return 0;
  const [all, first, last, complete] = /^bytes (\d+)-(\d+|\*)\/(\d+|\*)$/.exec(header) ?? [];
  if (all === undefined) throw new HttpError(400, `Invalid Content-Range '${header}'`);
  const end = last === '*' ? undefined : Number(last);
  if (end !== undefined && end < Number(first)) {
    throw new HttpError(400, `Invalid Content-Range '${header}', first > last`);
  }
  if (end !== undefined && complete !== '*' && end >= Number(complete)) {
    throw new HttpError(400, `Invalid Content-Range '${header}', last >= complete`);
  }
  return Number(first);
}
