/**
 * How collections are asked. `search` works on some top-level collections only, and a wrong one finds nothing instead of
 * failing (recorded: 120-122), so only these are searched, by fields that they have.
 * Source: engine, backend/manager/modules/searchbackend.
 */
const SORTED_BY: Readonly<Record<string, string>> = {
  '/clusters': 'name',
  '/datacenters': 'name',
  '/disks': 'alias',
  '/hosts': 'name',
  '/networks': 'name',
  '/storagedomains': 'name',
  '/templates': 'name',
  '/vms': 'name',
};

/** The field by which pages of a collection are ordered; undefined: it comes whole. */
export function sortField(path: string): string | undefined {
  return SORTED_BY[path];
}

/** `name="my host"`; undefined when no search can name it: then all have to be looked through. */
export function nameSearch(path: string, name: string): string | undefined {
  const field = sortField(path);
  if (field === undefined || /["\\*%]/.test(name) || name.trim() === '') return undefined;
  return `${field}="${name}"`;
}
