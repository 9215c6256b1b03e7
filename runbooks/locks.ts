/** What runs lock, by name, as `npx runbook locks` lists it; pure data, from a run's input and its site. */

import type { SiteNames } from './site-names.ts';

/** The hosted engine of the site: who runs its VM, global maintenance, its storage domain. There is one. */
export const HOSTED_ENGINE_LOCK = 'hosted-engine';

export const hostLock = (name: string): string => `host/${name}`;
export const clusterLock = (name: string): string => `cluster/${name}`;
export const vmLock = (name: string): string => `vm/${name}`;
export const storageDomainLock = (name: string): string => `storage-domain/${name}`;

/** For runbooks that act on one host and on the hosted engine. */
export function hostAndEngineLocks({ host }: { readonly host: string }): readonly string[] {
  return [HOSTED_ENGINE_LOCK, hostLock(host)];
}

/**
 * For a run that lets a host fail: which one it will be the engine says, and while one is away, nobody works on another.
 */
export function outageLocks({ hosts }: Pick<SiteNames, 'hosts'>): readonly string[] {
  return [HOSTED_ENGINE_LOCK, ...hosts.map(({ name }) => hostLock(name))];
}
