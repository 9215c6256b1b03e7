import { engineHosts } from '../../activities/engine/hosts.ts';
import type { Finding as Judged } from '../../activities/operation.ts';
import { judgeExport, lookAtExport } from '../../activities/storage/export.ts';
import { judgeTargets, lookAtTargets } from '../../activities/storage/portals.ts';
import { type IscsiDomain, isIscsi, isNfs, type NfsDomain, portalWords } from '../../activities/storage/wish.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryDataDomain } from '../../inventory/schema.ts';
import { portalsOf } from '../../inventory/wished.ts';
import { accessOf } from './access.ts';
import type { EngineQuestion } from './engine.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

const ID = 'storage.reach';

/** A domain by its server or portal too, which is what to look at when nothing answers. */
export const storageSubject = ({ name, address }: InventoryDataDomain): string =>
  address === undefined ? name : `${name} at ${address}`;

/**
 * What hosts reach of a data domain's export or portals: this machine need not reach them at all. LUNs of Fibre Channel are
 * looked at by the runbook, which knows which hosts are to have them. `hosts` are those that let us in.
 */
export async function checkStorage(
  question: EngineQuestion,
  domain: InventoryDataDomain,
  hosts: readonly string[],
  engineVerified: boolean,
): Promise<readonly Finding[]> {
  if (isNfs(domain)) return checkExport(question, domain, hosts);
  if (!isIscsi(domain)) return [];
  if (!engineVerified)
    return notChecked([ID], storageSubject(domain), 'portals are asked by the engine, which is not verified');
  return checkPortals(question, domain);
}

async function checkExport(
  question: EngineQuestion,
  domain: NfsDomain,
  hosts: readonly string[],
): Promise<readonly Finding[]> {
  const { address, path } = domain;
  const subject = storageSubject(domain);
  if (hosts.length === 0) return notChecked([ID], subject, 'no host lets us in to look into the export');
  const access = accessOf(question);
  const judged = await Promise.all(
    hosts.map(async (host) => judgeExport(host, await lookAtExport(access, host, domain), domain)),
  );
  return findings(subject, judged.flat(), `${hosts.join(', ')} can mount ${address}:${path}, where vdsm may work`);
}

async function checkPortals(question: EngineQuestion, domain: IscsiDomain): Promise<readonly Finding[]> {
  const access = accessOf(question);
  const { target } = domain;
  const subject = storageSubject(domain);
  try {
    const told = await lookAtTargets(access, await engineHosts(access), domain);
    if (told.length === 0) return notChecked([ID], subject, 'no host is up in the engine to ask a portal');
    const portals = portalsOf(domain).map(portalWords).join(', ');
    const judged = told.flatMap((answer) => judgeTargets(answer, domain));
    return findings(subject, judged, `every host that is up learns of ${target} from ${portals}`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return notChecked([ID], subject, error.message.replace(/\.$/, ''));
  }
}

/** What holds for several hosts in the same words is said once. */
function findings(subject: string, judged: readonly Judged[], fine: string): readonly Finding[] {
  if (judged.length === 0) return [ok(ID, subject, fine)];
  const fixes = new Map(judged.map(({ what, fix }) => [what, fix]));
  return [...fixes].map(([what, fix]) => problem(ID, subject, what, fix));
}
