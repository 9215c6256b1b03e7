import type { EngineDatabase } from '../database/database.ts';
import { EVERYONE } from '../database/permissions.ts';
import type { Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';

const DOMAIN = 'internal-authz';
/** The engine writes names and ids of directories as the hexadecimal codes of their characters. */
const encoded = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

const domainResource: Resource = {
  type: 'domain',
  service: 'domain',
  path: `/domains/${encoded(DOMAIN)}`,
  entity: { name: DOMAIN },
};

/** The one user of the internal directory. */
const adminResource = (db: EngineDatabase): Resource => ({
  type: 'user',
  service: 'user',
  path: `/users/${db.userId}`,
  entity: {
    name: 'admin',
    department: '',
    domain: { id: encoded(DOMAIN), name: DOMAIN },
    domain_entry_id: encoded(db.userId),
    email: '',
    last_name: '',
    namespace: '*',
    principal: 'admin',
    user_name: `admin@${DOMAIN}`,
  },
});

const everyone: Resource = {
  type: 'group',
  service: 'group',
  path: `/groups/${EVERYONE}`,
  entity: { name: 'Everyone', domain_entry_id: encoded(EVERYONE), namespace: '*' },
};

export const users: Readonly<Record<string, Handler>> = {
  list: ({ db, query }) => {
    const fields = {
      name: () => 'admin',
      lastname: () => '',
      usrname: () => `admin@${DOMAIN}`,
      department: () => '',
      directory: () => DOMAIN,
    };
    return many('user', select([adminResource(db)], fields, query));
  },
};

export const user: Readonly<Record<string, Handler>> = {
  get: ({ db, route }) => {
    if (route.ids[0] !== db.userId) throw unknownId();
    return one(adminResource(db));
  },
};

export const groups: Readonly<Record<string, Handler>> = {
  list: ({ query }) => many('group', select([everyone], { name: () => 'Everyone', directory: () => '' }, query)),
};

export const group: Readonly<Record<string, Handler>> = {
  get: ({ route }) => {
    if (route.ids[0] !== EVERYONE) throw unknownId();
    return one(everyone);
  },
};

export const domains: Readonly<Record<string, Handler>> = { list: () => many('domain', [domainResource]) };

export const domain: Readonly<Record<string, Handler>> = {
  get: ({ route }) => {
    if (route.ids[0] !== encoded(DOMAIN)) throw unknownId();
    return one(domainResource);
  },
};
