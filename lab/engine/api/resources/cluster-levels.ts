import { cpuTypes } from '../database/cpu-types.ts';
import type { Version } from '../database/data-centers.ts';
import { levels, versionText } from '../database/data-centers.ts';
import { permits } from '../database/roles.ts';
import type { Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';
import { permitEntity } from './roles.ts';

/** The CPU types of a compatibility level, and what people can be allowed to do on it. */
const levelResource = (level: Version): Resource => ({
  type: 'cluster_level',
  service: 'cluster_level',
  path: `/clusterlevels/${versionText(level)}`,
  entity: { cpu_types: cpuTypes(level).map((type) => ({ ...type })), permits: permits.map(permitEntity) },
});

export const clusterLevels: Readonly<Record<string, Handler>> = {
  list: () => many('cluster_level', levels.map(levelResource)),
};

export const clusterLevel: Readonly<Record<string, Handler>> = {
  get: ({ route }) => {
    const level = levels.find((candidate) => versionText(candidate) === route.ids[0]);
    if (!level) throw unknownId();
    return one(levelResource(level));
  },
};
