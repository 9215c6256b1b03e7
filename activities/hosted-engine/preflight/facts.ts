/**
 * activities/hosted-engine/preflight/ finds everything that would make a deployment fail, before anything is changed:
 * `facts.ts` gathers, one file per area judges, `index.ts` puts them together. Each finding says what and how to fix it.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { quote } from '../../../connectors/quote.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import { parseDf, parseFree } from '../../host/parse/capacity.ts';
import { parseCpuInfo } from '../../host/parse/cpu.ts';
import {
  type DefaultRoute,
  type InterfaceAddress,
  parseAddressList,
  parseDefaultRoute,
  parseLinks,
} from '../../host/parse/ip.ts';
import { parseKeyValues } from '../../host/parse/key-values.ts';
import { parseNameServers } from '../../host/parse/names.ts';
import { packageQuery, parsePackages } from '../../host/parse/rpm.ts';
import { parseNtpstat, parseTracking } from '../../host/parse/time.ts';
import { parseRepolist } from '../../host/parse/yum.ts';
import { answeredOrNot, type ReadResult, readAll } from '../../host/read-all.ts';
import type { OperationContext } from '../../operation.ts';
import { passwordProblem } from '../answers.ts';
import { engineReads, parseEngineState } from '../engine-state.ts';
import { lunReads, parseLun } from '../lun.ts';
import type { EngineWish } from '../params.ts';
import { MANAGEMENT_BRIDGE } from '../paths.ts';
import { inventoryHost, resolveWish } from '../wish.ts';
import { nameReads, parseResolved } from './name-reads.ts';
import { lookAtOthers, type OtherHost, unreachable } from './other-hosts.ts';

export type HostFacts = Awaited<ReturnType<typeof lookAtHost>>;

export interface PreflightFacts {
  /** Undefined: the host could not be asked; `unreachable` says why. */
  readonly host?: HostFacts;
  readonly unreachable?: { readonly type: string; readonly message: string };
  readonly others: readonly OtherHost[];
  /** What is wrong with passwords and CA of the inventory, as sentences without their values. */
  readonly secretProblems: readonly string[];
}

export async function gatherFacts(context: OperationContext, params: EngineWish): Promise<PreflightFacts> {
  const [host, others, secretProblems] = await Promise.all([
    lookAtHost(context, params).catch(unreachable),
    lookAtOthers(context, params.host),
    findSecretProblems(context),
  ]);
  return 'unreachable' in host ? { ...host, others, secretProblems } : { host, others, secretProblems };
}

/** What one host is and has, for every preflight that judges it. */
export async function lookAtHost(context: OperationContext, params: EngineWish) {
  const { inventory, profile } = context;
  const wish = resolveWish(params, inventory);
  const [release] = profile.packages.release;
  const url = release?.from?.startsWith('http') ? release.from : undefined;
  const shell = context.host(params.host);
  // yum may have to fetch metadata first; the rest need not wait behind it.
  const online = readAll(shell, {
    repositories: answeredOrNot(['yum', 'repolist']),
    releaseUrl: url === undefined ? 'true' : `curl -sSIL --max-time 15 ${quote(url)}`,
  });
  const local = readAll(shell, {
    user: ['id', '-u'],
    system: ['cat', '/etc/os-release'],
    cpu: "grep -m1 '^flags' /proc/cpuinfo; grep '^processor' /proc/cpuinfo",
    kvm: '[ -e /dev/kvm ] && echo present',
    free: ['free', '-m'],
    df: ['df', '-P', '/', '/var/tmp'],
    addresses: ['ip', '-o', 'addr'],
    routes: ['ip', 'route'],
    resolver: ['cat', '/etc/resolv.conf'],
    hostName: ['hostname', '-f'],
    ...nameReads(wish.fqdn, inventoryHost(inventory, params.host).fqdn),
    tracking: answeredOrNot(['chronyc', 'tracking'], 15),
    ntpstat: answeredOrNot(['ntpstat'], 15),
    release: packageQuery(profile.packages.release.map(({ name }) => name)),
    ...engineReads(),
    ...lunReads(wish.lun),
  });
  const [here, there] = await Promise.all([local, online]);
  const answers = { ...here, ...there };
  return {
    root: answers.user.text.trim() === '0',
    system: parseKeyValues(answers.system.text),
    cpu: parseCpuInfo(answers.cpu.text),
    kvmDevice: answers.kvm.text.trim() === 'present',
    memory: parseFree(answers.free.text),
    fileSystems: parseDf(answers.df.text),
    ...belowTheBridge(parseAddressList(answers.addresses.text), parseDefaultRoute(answers.routes.text), answers.links),
    nameServers: parseNameServers(answers.resolver.text),
    hostName: answers.hostName.code === 0 ? answers.hostName.text.trim().toLowerCase() : '',
    names: parseResolved(answers),
    clock: parseTracking(answers.tracking.text) ?? parseNtpstat(answers.ntpstat.text),
    repositories: parseRepolist(answers.repositories.text),
    repositoriesAnswer: answers.repositories.text.trim().split('\n').at(-1) ?? '',
    releaseInstalled: parsePackages(answers.release.text).length > 0,
    releaseAnswer: url === undefined ? undefined : { url, text: answers.releaseUrl.text },
    engine: parseEngineState(answers),
    lun: parseLun(wish.lun, answers),
    links: parseLinks(answers.links.text),
  };
}

/** On a deployed host the bridge holds address and route; what the deployment was told is the interface below it. */
function belowTheBridge(
  addresses: readonly InterfaceAddress[],
  defaultRoute: DefaultRoute | undefined,
  links: ReadResult,
): { addresses: readonly InterfaceAddress[]; defaultRoute: DefaultRoute | undefined } {
  const port = parseLinks(links.text).find(
    ({ device, master }) => master === MANAGEMENT_BRIDGE && !device.startsWith('vnet'),
  )?.device;
  const below = (device: string) => (device === MANAGEMENT_BRIDGE ? (port ?? device) : device);
  return {
    addresses: addresses.map((address) => ({ ...address, device: below(address.device) })),
    defaultRoute: defaultRoute && { ...defaultRoute, device: below(defaultRoute.device) },
  };
}

async function findSecretProblems({
  inventory,
  inventoryDirectory,
  profile,
  secret,
}: OperationContext): Promise<string[]> {
  const { engine } = inventory;
  const problems: string[] = [];
  for (const [field, ref] of [
    ['engine.password', engine.password],
    ['engine.rootPassword', engine.rootPassword],
  ] as const) {
    try {
      const problem = passwordProblem(await secret(ref, field), profile.hostedEngine.percentBreaksAnswers);
      if (problem !== undefined) problems.push(`${field} ${problem}`);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      problems.push(`${field} cannot be resolved: ${error.message}`);
    }
  }
  if (engine.ca !== undefined) {
    const ca = await readFile(resolve(inventoryDirectory, engine.ca.file), 'utf8').catch(() => undefined);
    if (ca === undefined) problems.push(`engine.ca names ${engine.ca.file}, which cannot be read`);
    else if (!ca.includes('-----BEGIN CERTIFICATE-----'))
      problems.push(`engine.ca names ${engine.ca.file}, which holds no PEM certificate`);
  }
  return problems;
}
