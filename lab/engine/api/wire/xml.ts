import { attributeType, structNamed, typeNamed } from '../model/model.ts';
import { className, elementName, listName, modelName, rootName, wireName } from '../model/names.ts';
import { line, Unreadable } from './fault.ts';
import { arranged, scalarText, shapeOf } from './layout.ts';
import type { Entity, Link, Value } from './values.ts';
import { BadValue, isEntity, isList, scalarOf } from './values.ts';
import type { XmlElement } from './xml-parse.ts';
import { escapeAttribute, escapeText, parseXml, XmlError } from './xml-parse.ts';

const HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const STEP = '    ';
const isoDate = (at: number): string => new Date(at).toISOString();

const link = ({ href, rel }: Link, indent: string): string =>
  `${indent}<link href="${escapeAttribute(href)}" rel="${escapeAttribute(rel)}"/>\n`;

function xmlValue(element: string, type: string, value: Value, indent: string): string {
  if (isEntity(value)) return xmlEntity(element, type, value, indent);
  return `${indent}<${element}>${escapeText(scalarText(type, value, isoDate) ?? '')}</${element}>\n`;
}

function xmlEntity(element: string, type: string, entity: Entity, indent: string): string {
  const { head, body } = arranged(type, entity);
  const inner = indent + STEP;
  let content = '';
  const actions = entity.actions as readonly Link[] | undefined;
  if (actions) {
    const links = actions.map((one) => link(one, inner + STEP)).join('');
    content += links === '' ? `${inner}<actions/>\n` : `${inner}<actions>\n${links}${inner}</actions>\n`;
  }
  for (const name of head) content += xmlValue(name, 'string', entity[name] ?? '', inner);
  for (const one of (entity.link as readonly Link[] | undefined) ?? []) content += link(one, inner);
  for (const name of body) {
    const value = entity[name];
    if (value === undefined) continue;
    const shape = shapeOf(type, name);
    const outer = wireName(name);
    if (!isList(value)) content += xmlValue(outer, shape.type, value, inner);
    else if (value.length === 0) content += `${inner}<${outer}/>\n`;
    else {
      const each = elementName(name, shape.type);
      const items = value.map((one) => xmlValue(each, shape.type, one, inner + STEP)).join('');
      content += `${inner}<${outer}>\n${items}${inner}</${outer}>\n`;
    }
  }
  const attribute = (name: string): string =>
    entity[name] === undefined ? '' : ` ${name}="${escapeAttribute(String(entity[name]))}"`;
  const opening = `${indent}<${element}${attribute('href')}${attribute('id')}`;
  return content === '' ? `${opening}/>\n` : `${opening}>\n${content}${indent}</${element}>\n`;
}

export const writeXml = (type: string, entity: Entity): string => HEADER + xmlEntity(rootName(type), type, entity, '');

export function writeXmlList(type: string, entities: readonly Entity[]): string {
  const root = listName(type);
  if (entities.length === 0) return `${HEADER}<${root}/>\n`;
  return `${HEADER}<${root}>\n${entities.map((one) => xmlEntity(rootName(type), type, one, STEP)).join('')}</${root}>\n`;
}

function readScalar(type: string, element: XmlElement): Value {
  const known = typeNamed(type);
  try {
    return known.kind === 'enum'
      ? scalarOf('enum', element.text.trim(), known.values)
      : scalarOf(known.name, element.text, []);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    if (known.kind === 'enum') {
      const words = known.values.map((word) => `'${word}'`).join(', ');
      throw new Unreadable(
        `The string '${element.text}' isn't a valid value for the '${className(type)}' enumerated type. Valid values are: ${words}.`,
      );
    }
    throw new Unreadable(error.message || undefined);
  }
}

const readValue = (type: string, element: XmlElement): Value =>
  typeNamed(type).kind === 'struct' ? readEntity(type, element) : readScalar(type, element);

function readList(attribute: string, type: string, element: XmlElement): Value {
  const each = elementName(attribute, type);
  return element.children.map((child) => {
    if (child.name !== each) throw new Unreadable();
    return readValue(type, child);
  });
}

const identity = new Set(['id', 'href', 'name', 'description', 'comment']);

function readEntity(type: string, element: XmlElement): Entity {
  const struct = structNamed(type);
  const out: Record<string, Value> = {};
  for (const name of ['id', 'href']) {
    const value = element.attributes[name];
    // The id of a VLAN is a number.
    if (value !== undefined) out[name] = struct.attributes[name] === 'integer' ? Number(value) : value;
  }
  for (const child of element.children) {
    const name = modelName(child.name);
    if (name === 'link' || name === 'actions') continue;
    const declared = attributeType(struct, name);
    if (declared === undefined && !identity.has(name)) throw new Unreadable();
    out[name] = declared?.endsWith('[]')
      ? readList(name, declared.slice(0, -2), child)
      : readValue(declared ?? 'string', child);
  }
  return out;
}

/** Reads a body of a known type, refusing what the type does not have. */
export function readXml(type: string, source: string): Entity {
  let root: XmlElement;
  try {
    root = parseXml(source);
  } catch (error) {
    if (error instanceof XmlError) throw new Unreadable();
    throw error;
  }
  // A well-formed document of another type fails only where the method is called with it.
  if (root.name !== type) throw line(500, 'argument type mismatch');
  return readEntity(type, root);
}
