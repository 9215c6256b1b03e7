import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from './database.ts';
import { SUPER_USER } from './roles.ts';

/** The object that holds everything else. */
export const SYSTEM = 'aaa00000-0000-0000-0000-123456789aaa';
/** The group that everybody is in. */
export const EVERYONE = 'eee00000-0000-0000-0000-123456789eee';

export type ObjectKind = 'system' | 'data_center' | 'cluster' | 'host' | 'storage_domain' | 'vm' | 'disk';

/** Somebody has a role on an object, and by that on what is in it. */
export interface PermissionRow {
  readonly id: string;
  readonly roleId: string;
  readonly holderId: string;
  readonly kind: ObjectKind;
  readonly objectId: string;
}

const PROFILE_EDITOR = 'def00021-0000-0000-0000-def000000015';

/** What an installation begins with, as far as it is about the whole system. */
export const stockPermissions = (lab: Lab, adminId: string): PermissionRow[] => [
  { id: uuid(lab), roleId: SUPER_USER, holderId: adminId, kind: 'system', objectId: SYSTEM },
  {
    id: '58ca605c-010d-0307-0224-0000000001a9',
    roleId: PROFILE_EDITOR,
    holderId: EVERYONE,
    kind: 'system',
    objectId: SYSTEM,
  },
];

/** An object with those that it is in, from the inside out; undefined when there is no such object. */
export function objectsAbove(db: EngineDatabase, kind: ObjectKind, id: string): string[] | undefined {
  const within = (parent: ObjectKind, parentId: string | undefined): string[] => {
    const above = parentId === undefined ? undefined : objectsAbove(db, parent, parentId);
    return [id, ...(above ?? [SYSTEM])];
  };
  switch (kind) {
    case 'system':
      return [SYSTEM];
    case 'data_center':
      return db.dataCenters.has(id) ? within('system', SYSTEM) : undefined;
    case 'cluster': {
      const row = db.clusters.get(id);
      return row && within('data_center', row.dataCenterId);
    }
    case 'host':
    case 'vm': {
      const row = kind === 'host' ? db.hosts.get(id) : db.vms.get(id);
      return row && within('cluster', row.clusterId);
    }
    case 'storage_domain': {
      const row = db.storageDomains.get(id);
      return row && within('data_center', row.dataCenterId);
    }
    case 'disk': {
      const row = db.disks.get(id);
      return row && within('storage_domain', row.domainId);
    }
  }
}
