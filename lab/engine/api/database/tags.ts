import type { EngineDatabase } from './database.ts';

/** The tag above all others; it is no row, and nobody can change it. */
export const ROOT_TAG = '00000000-0000-0000-0000-000000000000';

/** A mark that people put on hosts and VMs, to find them by; tags form a tree. */
export interface TagRow {
  readonly id: string;
  name: string;
  description: string;
  parentId: string;
  /** Ids of what carries it. */
  readonly holders: Set<string>;
}

export const tagsOf = (db: EngineDatabase, entity: { readonly id: string }): TagRow[] =>
  [...db.tags.values()].filter(({ holders }) => holders.has(entity.id));

/** A tag with those below it. */
export function withTagsBelow(db: EngineDatabase, tag: TagRow): TagRow[] {
  const below = [...db.tags.values()].filter(({ parentId }) => parentId === tag.id);
  return [tag, ...below.flatMap((one) => withTagsBelow(db, one))];
}
