import { typeNamed } from './model.ts';

/** Words whose plural or whose element name in documents does not follow from the model's name. */
const plurals: Readonly<Record<string, string>> = { erratum: 'errata' };
/** Attributes that documents spell otherwise than the model. */
const spelled: Readonly<Record<string, string>> = { transparent_huge_pages: 'transparent_hugepages' };
const modelled = new Map(Object.entries(spelled).map(([model, wire]) => [wire, model]));

export const wireName = (attribute: string): string => spelled[attribute] ?? attribute;
export const modelName = (element: string): string => modelled.get(element) ?? element;

const pluralWord = (word: string): string => {
  if (plurals[word]) return plurals[word];
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
};

/** Types whose elements in documents have another name. */
const elements: Readonly<Record<string, string>> = {
  operating_system_info: 'operating_system',
  virtual_numa_node: 'vm_numa_node',
};

/** The element of an entity that is a document by itself, or a member of a list that is one. */
export const rootName = (type: string): string => elements[type] ?? type;

/** Lists whose element has a word of its own. */
const lists: Readonly<Record<string, string>> = { operating_system_info: 'operation_systems' };

/** The root element of a list of entities. */
export const listName = (type: string): string => lists[type] ?? plural(rootName(type));

/** `scheduling_policy` becomes `scheduling_policies`: the root element of a collection. */
export function plural(name: string): string {
  const words = name.split('_');
  const last = words.pop() ?? '';
  return [...words, pluralWord(last)].join('_');
}

const singular = (name: string): string => {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  return name.replace(/s$/, '');
};

/** The element in a list attribute: the type for entities, the attribute's own singular for plain values. */
export function elementName(attribute: string, type: string): string {
  return typeNamed(type).kind === 'struct' ? type : singular(attribute);
}

/** How a locator or an action is written in a path and in `rel`. */
export const pathName = (name: string): string => name.replaceAll('_', '');

/** `data_center` becomes `DataCenter`, as in the messages about bodies. */
export const className = (type: string): string =>
  type
    .split('_')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
