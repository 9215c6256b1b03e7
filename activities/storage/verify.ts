import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryDataDomain } from '../../inventory/schema.ts';
import { answeredOrNot, readAll } from '../host/read-all.ts';
import { lunReads, parseLun } from '../hosted-engine/lun.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { type DomainFacts, domainFacts } from './facts.ts';
import { mountPoint } from './mount.ts';
import type { AttachedStorageDomain } from './params.ts';
import { isNfs, type NfsDomain, wishedDomain } from './wish.ts';

interface VerifyFacts extends DomainFacts {
  /** How each host has the domain: `its volumes …`, `mounted at …`. */
  readonly seen: ReadonlyMap<string, string>;
}

/** What VDSM keeps of every block domain beside its images; `master` stands on one host only. (article, section 15) */
const SPECIAL = ['metadata', 'outbox', 'xleases', 'leases', 'ids', 'inbox'];

/**
 * Reads that a domain serves: active in its data center, the data center up, its volume group or its mount on every host.
 * Changes nothing. (article, section 10: the data center goes to status UP)
 * @throws NotYet while hosts still take the domain up
 */
export const verifyStorageDomain = engineOperation<AttachedStorageDomain, VerifyFacts>({
  name: 'verifyStorageDomain',
  title: ({ name }) => `Verify the storage domain ${name}`,
  look: lookAtHosts,
  decide({ domain, attached, dataCenter, seen }, { name }): EngineDecision<undefined> {
    const evidence = [
      `storage domain ${name} is ${attached ?? 'not attached'}${domain?.master === true ? ', the master domain' : ''}`,
      `data center ${dataCenter.name} is ${dataCenter.status}`,
      ...[...seen].map(([host, how]) => `${host} has ${how}`),
    ];
    if (attached === 'active' && dataCenter.status === 'up') return { state: 'already', changes: [], evidence };
    const what = `storage domain ${name} is ${attached ?? 'not attached'}, data center ${dataCenter.name} ${dataCenter.status}`;
    const fix = 'Look at Storage, Domains in the Administration Portal, and at the events of the data center';
    return { state: 'refused', changes: [], evidence, findings: [{ what, fix }] };
  },
});

async function lookAtHosts(
  context: OperationContext,
  { name, dataCenter }: AttachedStorageDomain,
): Promise<VerifyFacts> {
  const facts = await domainFacts(context, name, dataCenter);
  const wish = wishedDomain(context.inventory, name);
  const { attached, domain } = facts;
  if (attached === 'active' && facts.dataCenter.status !== 'up') {
    throw new OperatorError('NotYet', `data center ${dataCenter} is ${facts.dataCenter.status}, not up yet`);
  }
  const look = domain && lookFor(wish, domain.id);
  if (look === undefined) return { ...facts, seen: new Map() };
  const up = facts.hosts.filter(({ status }) => status === 'up').flatMap(({ inventoryName }) => inventoryName ?? []);
  const sights = await Promise.all(up.map(async (host) => [host, await look(context, host)] as const));
  const behind = sights.filter(([, how]) => how === undefined).map(([host]) => host);
  if (attached === 'active' && behind.length > 0) {
    throw new OperatorError('NotYet', `${behind.join(', ')}: storage domain ${name} is not all there yet`);
  }
  return { ...facts, seen: new Map(sights.flatMap(([host, how]) => (how === undefined ? [] : [[host, how]]))) };
}

/** How a host has the domain, in words; undefined while it does not. */
type Look = (context: OperationContext, host: string) => Promise<string | undefined>;

function lookFor(wish: InventoryDataDomain, id: string): Look | undefined {
  if (isNfs(wish)) return (context, host) => mountOf(context, host, wish, id);
  const { lun } = wish;
  return lun !== undefined ? (context, host) => volumesOn(context, host, lun, id) : undefined;
}

async function volumesOn(context: OperationContext, host: string, lun: string, group: string) {
  const { children } = parseLun(lun, await readAll(context.host(host), lunReads(lun)));
  const names = volumesOf(group, children);
  return SPECIAL.every((volume) => names.includes(volume)) ? `its volumes ${names.join(', ')}` : undefined;
}

async function mountOf(context: OperationContext, host: string, { address, path }: NfsDomain, id: string) {
  // A look into a mount whose server is away can hang.
  const { mount } = await readAll(context.host(host), {
    mount: answeredOrNot(
      `at=${mountPoint(address, path)}; [ -n "$at" ] && stat -c '%u:%g %n' "$at" "$at/${id}/dom_md/metadata"`,
    ),
  });
  const [root, metadata] = mount.text.trim().split('\n');
  const [, owner, at] = /^(\d+:\d+) (\/.*)$/.exec(root ?? '') ?? [];
  return mount.code === 0 && metadata !== undefined ? `it mounted at ${at}, of ${owner}` : undefined;
}

/** device-mapper joins group and volume by a hyphen and doubles those inside of names. */
function volumesOf(group: string, devices: readonly { readonly name: string }[]): readonly string[] {
  const prefix = `${group.replaceAll('-', '--')}-`;
  return devices
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => name.slice(prefix.length).replaceAll('--', '-'));
}
