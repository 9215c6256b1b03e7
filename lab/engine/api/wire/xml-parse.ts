export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

export class XmlError extends Error {}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function plainText(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (_all, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    const known = entities[name];
    if (known === undefined) throw new XmlError(`unknown entity ${name}`);
    return known;
  });
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

function attributesOf(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const match of source.matchAll(/([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    found[match[1] ?? ''] = plainText((match[2] ?? '').slice(1, -1));
  }
  return found;
}

/** Reads one document; namespaces, document types and processing instructions mean nothing here. */
export function parseXml(source: string): XmlElement {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [root];
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source);
    const current = open[open.length - 1];
    if (!token || !current) throw new XmlError(`not well-formed at ${at}`);
    at = TOKEN.lastIndex;
    const [, cdata, closing, opening, attributes, selfClosing, text] = token;
    if (cdata !== undefined) current.text += cdata;
    else if (text !== undefined) current.text += plainText(text);
    else if (closing !== undefined) {
      const done = open.pop();
      const parent = open[open.length - 1];
      if (!done || done.name !== closing || !parent) throw new XmlError(`unexpected </${closing}>`);
      parent.children.push(done);
    } else if (opening !== undefined) {
      const element: Open = { name: opening, attributes: attributesOf(attributes ?? ''), children: [], text: '' };
      if (selfClosing) current.children.push(element);
      else open.push(element);
    }
  }
  const [document] = root.children;
  if (open.length !== 1 || !document || root.children.length !== 1 || root.text.trim() !== '') {
    throw new XmlError('no single root element');
  }
  return document;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeText = (text: string): string => text.replace(/[&<>]/g, (found) => escapes[found] ?? found);
export const escapeAttribute = (text: string): string => text.replace(/[&<>"]/g, (found) => escapes[found] ?? found);
