import { OperatorError } from '../../failures/operator-error.ts';
import { readAll } from '../host/read-all.ts';
import { lunReads, parseLun } from '../hosted-engine/lun.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { type DomainFacts, domainFacts } from './facts.ts';
import type { AttachedStorageDomain } from './params.ts';
import { wishedDomain } from './wish.ts';

interface VerifyFacts extends DomainFacts {
  /** Logical volumes of the domain on each host; empty for a domain that is no volume group. */
  readonly volumes: ReadonlyMap<string, readonly string[]>;
}

/** What VDSM keeps of every block domain beside its images; `master` stands on one host only. (article, section 15) */
const SPECIAL = ['metadata', 'outbox', 'xleases', 'leases', 'ids', 'inbox'];

/**
 * Reads that a domain serves: active in its data center, the data center up, its volume group on every host. Changes
 * nothing. (article, section 10: the data center goes to status UP)
 * @throws NotYet while hosts still take the domain up
 */
export const verifyStorageDomain = engineOperation<AttachedStorageDomain, VerifyFacts>({
  name: 'verifyStorageDomain',
  title: ({ name }) => `Verify the storage domain ${name}`,
  look: lookAtVolumes,
  decide({ domain, attached, dataCenter, volumes }, { name }): EngineDecision<undefined> {
    const evidence = [
      `storage domain ${name} is ${attached ?? 'not attached'}${domain?.master === true ? ', the master domain' : ''}`,
      `data center ${dataCenter.name} is ${dataCenter.status}`,
      ...[...volumes].map(([host, names]) => `${host} has its volumes ${names.join(', ')}`),
    ];
    if (attached === 'active' && dataCenter.status === 'up') return { state: 'already', changes: [], evidence };
    const what = `storage domain ${name} is ${attached ?? 'not attached'}, data center ${dataCenter.name} ${dataCenter.status}`;
    const fix = 'Look at Storage, Domains in the Administration Portal, and at the events of the data center';
    return { state: 'refused', changes: [], evidence, findings: [{ what, fix }] };
  },
});

async function lookAtVolumes(
  context: OperationContext,
  { name, dataCenter }: AttachedStorageDomain,
): Promise<VerifyFacts> {
  const facts = await domainFacts(context, name, dataCenter);
  const { lun, type } = wishedDomain(context.inventory, name);
  const group = facts.domain?.id;
  if (facts.attached === 'active' && facts.dataCenter.status !== 'up') {
    throw new OperatorError('NotYet', `data center ${dataCenter} is ${facts.dataCenter.status}, not up yet`);
  }
  if (type !== 'fc' || lun === undefined || group === undefined) return { ...facts, volumes: new Map() };
  const up = facts.hosts.filter(({ status }) => status === 'up').flatMap(({ inventoryName }) => inventoryName ?? []);
  const volumes = await Promise.all(
    up.map(async (host) => {
      const { children } = parseLun(lun, await readAll(context.host(host), lunReads(lun)));
      return [host, volumesOf(group, children)] as const;
    }),
  );
  const behind = volumes.filter(([, names]) => SPECIAL.some((volume) => !names.includes(volume)));
  if (facts.attached === 'active' && behind.length > 0) {
    const hosts = behind.map(([host]) => host).join(', ');
    throw new OperatorError('NotYet', `${hosts}: volume group ${group} is not all there yet`);
  }
  return { ...facts, volumes: new Map(volumes) };
}

/** device-mapper joins group and volume by a hyphen and doubles those inside of names. */
function volumesOf(group: string, devices: readonly { readonly name: string }[]): readonly string[] {
  const prefix = `${group.replaceAll('-', '--')}-`;
  return devices
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => name.slice(prefix.length).replaceAll('--', '-'));
}
