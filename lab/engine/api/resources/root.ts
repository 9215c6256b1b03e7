/**
 * The engine's entities as the API shows them, with what can be asked about each.
 * This file: the API's root.
 */
import { vmStatus } from '../database/placement.ts';
import { ROOT_TAG } from '../database/tags.ts';
import { BLANK } from '../database/templates.ts';
import { serviceNamed } from '../model/model.ts';
import { pathName } from '../model/names.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call } from '../routing/call.ts';
import type { Entity, Link } from '../wire/values.ts';

/** Collections that can be searched. */
const searchable = new Set([
  'clusters',
  'data_centers',
  'disks',
  'events',
  'groups',
  'hosts',
  'instance_types',
  'networks',
  'storage_domains',
  'templates',
  'users',
  'vm_pools',
  'vms',
]);

export function rootLinks(base: string): Link[] {
  return serviceNamed('system').locators.flatMap(({ name }) => {
    const rel = pathName(name);
    const own = { href: `${base}/${rel}`, rel };
    if (!searchable.has(name)) return [own];
    const from = name === 'events' ? ';from={event_id}' : '';
    return [own, { href: `${base}/${rel}${from}?search={query}`, rel: `${rel}/search` }];
  });
}

/** `Link` of the root's answer: the same links, with the origin that was asked. */
export const linkHeader = (base: string, origin: string): string =>
  [...rootLinks(base)]
    .sort((a, b) => a.rel.localeCompare(b.rel))
    .map(({ href, rel }) => `<${origin}${href}>; rel=${rel}`)
    .join(',');

export function root(call: Call, base: string): Entity {
  const { db, lab } = call;
  const hosts = [...db.hosts.values()];
  const vms = [...db.vms.values()];
  const domains = [...db.storageDomains.values()];
  const active = domains.filter((row) => {
    const dataCenter = db.dataCenters.get(row.dataCenterId ?? '');
    return row.status === 'active' && dataCenter !== undefined && dataCenterStatus(db, dataCenter) === 'up';
  });
  return {
    product_info: {
      name: 'oVirt Engine',
      vendor: 'ovirt.org',
      version: versionOf(db.image.version),
    },
    special_objects: {
      blank_template: reference(base, 'templates', BLANK),
      root_tag: reference(base, 'tags', ROOT_TAG),
    },
    summary: {
      hosts: { active: hosts.filter((row) => row.status === 'up').length, total: hosts.length },
      storage_domains: { active: active.length, total: domains.length },
      users: { active: 1, total: 1 },
      // The engine's own VM counts, and runs as long as anybody can ask.
      vms: { active: 1 + vms.filter((vm) => vmStatus(lab, db, vm) !== 'down').length, total: 1 + vms.length },
    },
    time: Math.floor(lab.clock.now()),
    authenticated_user: { id: db.userId },
    effective_user: { id: db.userId },
  };
}

function versionOf(full: string): Entity {
  const [major = 4, minor = 3, build = 0, revision = 0] = (/^[\d.]+/.exec(full)?.[0] ?? '').split('.').map(Number);
  return { major, minor, build, revision, full_version: full };
}

const reference = (base: string, collection: string, id: string): Entity => ({
  id,
  href: `${base}/${collection}/${id}`,
});
