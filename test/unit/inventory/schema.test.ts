import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCHEMA_FILE, schemaText } from '../../../inventory/json-schema.ts';
import { loadInventory } from '../../../inventory/load.ts';

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
    const docs = await readFile(new URL('../../../docs/inventory.md', import.meta.url), 'utf8');
    expect([...schemaFields()].filter((name) => !new RegExp(`\\b${name}\\b`).test(docs))).toEqual([]);
  });
});

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

function eachField(node: Node, visit: (name: string, node: Node) => void): void {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    visit(name, child);
    eachField(child, visit);
  }
  if (node.items) eachField(node.items, visit);
  for (const shape of node.anyOf ?? []) eachField(shape, visit);
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
