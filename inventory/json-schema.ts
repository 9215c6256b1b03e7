/**
 * Writes `datacenter.schema.json`, by which editors complete and check the inventory.
 * After a change of the schema: `node --import tsx inventory/json-schema.ts && npm run format`.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inventoryJsonSchema } from './schema-lookup.ts';

export const SCHEMA_FILE = fileURLToPath(new URL('datacenter.schema.json', import.meta.url));

export function schemaText(): string {
  const { $schema, ...rest } = inventoryJsonSchema() as Record<string, unknown>;
  return `${JSON.stringify({ $schema, title: 'Inventory of an oVirt datacentre', ...rest }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(SCHEMA_FILE, schemaText());
