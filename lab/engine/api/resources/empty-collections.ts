import type { Handler } from '../routing/call.ts';
import { many } from '../routing/call.ts';

/** Collections of which the lab's engine has nothing; adding to them is not modelled. */
const nothing = (type: string): Readonly<Record<string, Handler>> => ({ list: () => many(type, []) });

export const bookmarks = nothing('bookmark');
export const clusterExternalProviders = nothing('external_provider');
export const externalHostProviders = nothing('external_host_provider');
export const vmPools = nothing('vm_pool');
