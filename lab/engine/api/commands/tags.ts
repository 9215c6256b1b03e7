import { uuid } from '../../../ovirt/ids.ts';
import { tell, userName } from '../database/events.ts';
import type { TagRow } from '../database/tags.ts';
import { ROOT_TAG, withTagsBelow } from '../database/tags.ts';
import type { Call } from '../routing/call.ts';
import { entityNotFound, incomplete, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { part, text } from '../wire/values.ts';

function say(call: Call, code: number, line: string): void {
  const { lab, db, correlationId } = call;
  tell(lab, db, { code, correlationId, user: userName(call.user), text: line });
}

function checkName(call: Call, name: string, own?: TagRow): void {
  const taken = [...call.db.tags.values()].some((tag) => tag !== own && tag.name === name);
  if (taken || name === 'root') throw refused(409, 'The specified Tag name already exists.');
}

/** The tag that a body names as the one above; an id is not looked up. */
function parentIn(call: Call, body: Entity): string | undefined {
  const parent = part(body, 'parent');
  const name = text(parent, 'name');
  if (name === undefined) return text(parent, 'id');
  if (name === 'root') return ROOT_TAG;
  const found = [...call.db.tags.values()].find((tag) => tag.name === name);
  if (!found) throw entityNotFound(name);
  return found.id;
}

/** Makes a tag below another one or the root (engine: AddTagCommand). */
export function addTag(call: Call): TagRow {
  const { lab, db, body } = call;
  const name = text(body, 'name');
  if (!name) throw incomplete('Tag [name] required for add');
  const parentId = parentIn(call, body) ?? ROOT_TAG;
  checkName(call, name);
  const tag: TagRow = {
    id: uuid(lab),
    name,
    description: text(body, 'description') ?? '',
    parentId,
    holders: new Set(),
  };
  db.tags.set(tag.id, tag);
  say(call, 432, `New Tag ${name} was created by ${userName(call.user)}.`);
  lab.changed(`tag ${name} added`);
  return tag;
}

const nameOf = (call: Call, id: string): string => (id === ROOT_TAG ? 'root' : (call.db.tags.get(id)?.name ?? ''));

/** Renames a tag, or moves it with what is below it; not below itself (engine: UpdateTagCommand, MoveTagCommand). */
export function updateTag(call: Call, tag: TagRow): TagRow {
  const { db, body, lab } = call;
  const user = userName(call.user);
  const parentId = parentIn(call, body) ?? tag.parentId;
  if (parentId !== tag.parentId) {
    if (withTagsBelow(db, tag).some(({ id }) => id === parentId)) {
      throw refused(409, 'Operation canceled, recursive Tag hierarchy cannot be defined.');
    }
    const [from, to] = [nameOf(call, tag.parentId), nameOf(call, parentId)];
    tag.parentId = parentId;
    say(call, 555, `Tag ${tag.name} was moved from ${from} to ${to} by ${user}.`);
  }
  const name = text(body, 'name') ?? tag.name;
  checkName(call, name, tag);
  tag.name = name;
  tag.description = text(body, 'description') ?? tag.description;
  say(call, 430, `Tag ${name} configuration was updated by ${user}.`);
  lab.changed(`tag ${name} updated`);
  return tag;
}

/** Removes a tag with all below it, also from what carries them (engine: RemoveTagCommand). */
export function removeTag(call: Call, tag: TagRow): void {
  for (const { id } of withTagsBelow(call.db, tag)) call.db.tags.delete(id);
  say(call, 434, `Tag ${tag.name} was removed by ${userName(call.user)}.`);
  call.lab.changed(`tag ${tag.name} removed`);
}

/** Something that can carry tags, with the codes and words of its events. */
export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly kind: 'Host' | 'VM';
}

const codes = {
  Host: { attached: 442, already: 455, detached: 444, word: 'Host(s)' },
  VM: { attached: 440, already: 454, detached: 446, word: 'VM(s)' },
} as const;

/** Puts a tag, named by id or name, onto something; once more is no failure. */
export function attachTag(call: Call, holder: Holder): TagRow {
  const { db, body, lab } = call;
  const [id, name] = [text(body, 'id'), text(body, 'name')];
  if (id === undefined && name === undefined) throw incomplete('Tag [id|name] required for add');
  const tag = [...db.tags.values()].find((one) => (id === undefined ? one.name === name : one.id === id));
  if (!tag && id === undefined) throw entityNotFound(name ?? '');
  if (!tag) throw refused(400, 'The specified Tag does not exist.');
  const { attached, already, word } = codes[holder.kind];
  if (tag.holders.has(holder.id)) {
    say(call, already, `Tag ${tag.name} already attached to ${word} ${holder.name}.`);
    return tag;
  }
  tag.holders.add(holder.id);
  say(call, attached, `Tag ${tag.name} was attached to ${word} ${holder.name} by ${userName(call.user)}.`);
  lab.changed(`tag ${tag.name} attached to ${holder.name}`);
  return tag;
}

export function detachTag(call: Call, tag: TagRow, holder: Holder): void {
  tag.holders.delete(holder.id);
  const { detached, word } = codes[holder.kind];
  say(call, detached, `Tag ${tag.name} was detached from ${word} ${holder.name} by ${userName(call.user)}.`);
  call.lab.changed(`tag ${tag.name} detached from ${holder.name}`);
}
