import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCHEMA_FILE, schemaText } from '../../../inventory/json-schema.ts';
import { loadInventory } from '../../../inventory/load.ts';

const DOCS = new URL('../../../docs/inventory.md', import.meta.url);
const EXAMPLE = fileURLToPath(new URL('../../../examples/datacenter.yaml', import.meta.url));

describe('examples/datacenter.yaml', () => {
  it('is accepted, and shows every field but those that exclude others', async () => {
    const { inventory } = await loadInventory(EXAMPLE);
    expect(inventory.hosts.map((host) => host.name)).toEqual(['host1', 'host2', 'host3']);
    const shown = fieldsOf(parse(await readFile(EXAMPLE, 'utf8')));
    const left = [...schemaFields()].filter((name) => !shown.has(name));
    expect(left).toEqual(['fingerprint', 'timing', 'scale']);
  });
});

describe('docs/inventory.md', () => {
  it('names every field', async () => {
    const docs = await readFile(DOCS, 'utf8');
    expect([...schemaFields()].filter((name) => !new RegExp(`\\b${name}\\b`).test(docs))).toEqual([]);
  });

  it('has in its tables what the schema has, each where it stands there, and nothing else', async () => {
    const paths = new Set<string>();
    eachField(JSON.parse(schemaText()), (_name, _node, path) => paths.add(path));
    const told = documented(await readFile(DOCS, 'utf8'));
    expect(told.length).toBeGreaterThan(80);
    expect(told.filter((path) => !paths.has(path.replace(/\[\]$/, '')))).toEqual([]);
    const leaves = [...paths].filter((path) => ![...paths].some((other) => within(other, path)));
    expect(leaves.filter((leaf) => !told.some((path) => leaf === path || within(leaf, path)))).toEqual([]);
  });
});

const within = (path: string, outer: string): boolean => path.startsWith(`${outer}.`) || path.startsWith(`${outer}[]`);

/** The fields of the tables with their sections; a section without a table stands for all of its own. */
function documented(docs: string): readonly string[] {
  return docs.split(/^## /m).flatMap((section) => {
    const [, head] = /^`([^`]+)`/.exec(section) ?? [];
    if (head === undefined) return [];
    const rows = [...section.matchAll(/^\| (`.*?`) \| /gm)].map(([, cell = '']) => cell);
    const names = rows.flatMap((cell) => {
      const [first = '', ...more] = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      // `otherPortals[].address`, `.port`
      return [first, ...more.map((name) => (name.startsWith('.') ? first.replace(/\.[^.]+$/, name) : name))];
    });
    return names.length === 0 ? [head] : names.map((name) => `${head}.${name}`);
  });
}

describe('the JSON Schema', () => {
  it('in the repository is the one of the code', async () => {
    expect(JSON.parse(await readFile(SCHEMA_FILE, 'utf8'))).toEqual(JSON.parse(schemaText()));
  });

  it('describes every field', () => {
    const bare: string[] = [];
    eachField(JSON.parse(schemaText()), (name, node) => {
      if (node.description === undefined) bare.push(name);
    });
    expect(bare).toEqual([]);
  });
});

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
}

function eachField(node: Node, visit: (name: string, node: Node, path: string) => void, at = ''): void {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const path = at === '' ? name : `${at}.${name}`;
    visit(name, child, path);
    eachField(child, visit, path);
  }
  if (node.items) eachField(node.items, visit, `${at}[]`);
  for (const shape of node.anyOf ?? []) eachField(shape, visit, at);
}

function schemaFields(): Set<string> {
  const names = new Set<string>();
  eachField(JSON.parse(schemaText()), (name) => names.add(name));
  return names;
}

function fieldsOf(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((item) => [...fieldsOf(item)])]);
}
