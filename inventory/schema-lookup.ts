/** What the schema says about a field, found by the field's path. */
import * as z from 'zod';
import type { Path } from './problem.ts';
import { inventorySchema } from './schema.ts';

export interface JsonSchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
}

/** The schema of the file as it is written, before defaults are filled in. */
export function inventoryJsonSchema(): JsonSchemaNode {
  return z.toJSONSchema(inventorySchema, { io: 'input' }) as JsonSchemaNode;
}

let root: JsonSchemaNode | undefined;

export function allowedKeys(path: Path): string[] {
  return nodesAt(path).flatMap((node) => Object.keys(node.properties ?? {}));
}

export function descriptionOf(path: Path): string | undefined {
  return nodesAt(path).find((node) => node.description !== undefined)?.description;
}

/** True for a reference to a secret and for everything in it. */
export function isSecretField(path: Path): boolean {
  return [path, path.slice(0, -1)].some((at) => allowedKeys(at).includes('env'));
}

/** All the shapes that the value at `path` may have. */
function nodesAt(path: Path): JsonSchemaNode[] {
  root ??= inventoryJsonSchema();
  let nodes = shapes(root);
  for (const key of path) {
    nodes = nodes.flatMap((node) => {
      const child = typeof key === 'number' ? node.items : node.properties?.[String(key)];
      return child === undefined ? [] : shapes(child);
    });
  }
  return nodes;
}

function shapes(node: JsonSchemaNode): JsonSchemaNode[] {
  return [node, ...(node.anyOf ?? []).flatMap(shapes)];
}
