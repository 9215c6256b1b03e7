import type { EngineDatabase } from '../database/database.ts';
import type { Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

/** A transparent dot: the pictures themselves are no part of this. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

const shown = ({ iconIds }: EngineDatabase): Resource[] =>
  [iconIds.small, iconIds.large].map((id) => ({
    type: 'icon',
    service: 'icon',
    path: `/icons/${id}`,
    entity: { media_type: 'image/png', data: PICTURE },
  }));

export const icons: Readonly<Record<string, Handler>> = { list: ({ db }) => many('icon', shown(db)) };

export const icon: Readonly<Record<string, Handler>> = {
  get: ({ db, route }) => {
    const found = shown(db).find(({ path }) => path === `/icons/${route.ids[0] ?? ''}`);
    if (!found) throw unknownId();
    return one(found);
  },
};
