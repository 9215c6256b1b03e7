import type { Holder } from '../commands/tags.ts';
import { addTag, attachTag, detachTag, removeTag, updateTag } from '../commands/tags.ts';
import { anyVm } from '../database/engine-vm.ts';
import type { TagRow } from '../database/tags.ts';
import { ROOT_TAG, tagsOf } from '../database/tags.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { notModelled, unknownId } from '../wire/fault.ts';

const tagResource = (row: TagRow): Resource => ({
  type: 'tag',
  service: 'tag',
  path: `/tags/${row.id}`,
  entity: { name: row.name, description: row.description, parent: { id: row.parentId } },
});

const root: Resource = {
  type: 'tag',
  service: 'tag',
  path: `/tags/${ROOT_TAG}`,
  entity: { name: 'root', description: 'root' },
};

function existing(call: Call): TagRow {
  const found = call.db.tags.get(call.route.ids.at(-1) ?? '');
  if (!found) throw unknownId();
  return found;
}

export const tags: Readonly<Record<string, Handler>> = {
  list: ({ db }) => many('tag', [...[...db.tags.values()].map(tagResource), root]),
  add: (call) => created(tagResource(addTag(call))),
};

export const tag: Readonly<Record<string, Handler>> = {
  get: (call) => one(call.route.ids[0] === ROOT_TAG ? root : tagResource(existing(call))),
  update: (call) => one(tagResource(updateTag(call, existing(call)))),
  remove: (call) => {
    removeTag(call, existing(call));
    return removed(call);
  },
};

/** The host or VM that the path begins with. */
function holderOf(call: Call): Holder {
  const [collection, id = ''] = call.route.path;
  const { db } = call;
  const row = collection === 'hosts' ? db.hosts.get(id) : collection === 'vms' ? anyVm(call.lab, db, id) : undefined;
  if (row) return { id, name: row.name, kind: collection === 'hosts' ? 'Host' : 'VM' };
  if (collection !== 'hosts' && collection !== 'vms') throw notModelled(`tags of ${collection ?? ''}`);
  throw unknownId();
}

/** A tag as it hangs on something: with what carries it. */
const assignedResource = (holder: Holder, row: TagRow): Resource => {
  const collection = holder.kind === 'Host' ? 'hosts' : 'vms';
  return {
    type: 'tag',
    service: 'assigned_tag',
    path: `/${collection}/${holder.id}/tags/${row.id}`,
    entity: { ...tagResource(row).entity, [collection.slice(0, -1)]: { id: holder.id } },
  };
};

function assigned(call: Call): { holder: Holder; row: TagRow } {
  const holder = holderOf(call);
  const row = tagsOf(call.db, holder).find(({ id }) => id === call.route.ids[1]);
  if (!row) throw unknownId();
  return { holder, row };
}

export const assignedTags: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const holder = holderOf(call);
    return many(
      'tag',
      tagsOf(call.db, holder).map((row) => assignedResource(holder, row)),
    );
  },
  add: (call) => {
    const holder = holderOf(call);
    return created(assignedResource(holder, attachTag(call, holder)));
  },
};

export const assignedTag: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { holder, row } = assigned(call);
    return one(assignedResource(holder, row));
  },
  remove: (call) => {
    const { holder, row } = assigned(call);
    detachTag(call, row, holder);
    return removed(call);
  },
};
