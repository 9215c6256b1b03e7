import { PlainRefusal } from './fault.ts';

export type Format = 'json' | 'xml';

const JSON_TYPE = 'application/json';
const XML_TYPE = 'application/xml';

export const contentType = (format: Format): string => (format === 'json' ? JSON_TYPE : `${XML_TYPE};charset=UTF-8`);

const mediaTypes = (header: string): string[] =>
  header
    .split(',')
    .map((one) => (one.split(';')[0] ?? '').trim().toLowerCase())
    .filter((one) => one !== '');

/** The form of the answer: XML unless JSON is asked for. */
export function acceptedFormat(accept: string | undefined): Format {
  const wanted = mediaTypes(accept ?? '*/*');
  for (const one of wanted) {
    if (one === JSON_TYPE) return 'json';
    if (one === XML_TYPE || one === '*/*' || one === 'application/*') return 'xml';
  }
  throw new PlainRefusal(406, '');
}

/** The form of a body, which has to be named. */
export function bodyFormat(type: string | undefined): Format {
  const [given] = mediaTypes(type ?? '');
  if (given === JSON_TYPE) return 'json';
  if (given === XML_TYPE) return 'xml';
  throw new PlainRefusal(415, '');
}

/** The correlation id of a request: what is left of the client's, or a new one. */
export function correlationId(given: string | null | undefined, make: () => string): string {
  const kept = (given ?? '').replace(/[^0-9A-Za-z_-]/g, '').slice(0, 36);
  return kept === '' ? make() : kept;
}
