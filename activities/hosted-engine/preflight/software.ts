import { type EngineState, leftovers } from '../engine-state.ts';
import type { CheckInput, Verdict } from './checks.ts';
import type { OtherHost } from './other-hosts.ts';

/** The repositories answer, and the release package can be had. */
export function checkRepositories({ facts, host, profile }: CheckInput, verdict: Verdict): void {
  const { repositories, repositoriesAnswer, releaseInstalled, releaseAnswer } = facts;
  const names = repositories.map(({ id, packages }) => `${id} (${packages})`);
  verdict.seen(`enabled repositories: ${names.join(', ') || 'none'}`);
  verdict.demand(
    repositories.length > 0,
    `yum on ${host.name} lists no enabled repository: ${repositoriesAnswer || 'no answer'}`,
    'Make "yum repolist" work: the mirrors of EL7 are gone, so .repo files must name vault.centos.org or a mirror of your own',
  );
  const empty = repositories.filter(({ packages }) => packages === 0).map(({ id }) => id);
  verdict.demand(
    empty.length === 0,
    `repositories without any package on ${host.name}: ${empty.join(', ')}`,
    'Correct their base URLs, or disable them: yum-config-manager --disable ID',
  );
  if (releaseInstalled || releaseAnswer === undefined) return;
  const statuses = [...releaseAnswer.text.matchAll(/^HTTP\/[\d.]+ (\d{3})/gm)].map((match) => Number(match[1]));
  const status = statuses.at(-1);
  verdict.seen(`${releaseAnswer.url} answers ${status ?? releaseAnswer.text.trim()}`);
  verdict.demand(
    status !== undefined && status >= 200 && status < 300,
    `${host.name} cannot get ${releaseAnswer.url}: ${status === undefined ? releaseAnswer.text.trim() || 'no answer' : `HTTP ${status}`}`,
    `Give the host access to it, or name a mirror of your own in the inventory (profile.releasePackage of ${profile.name})`,
  );
}

/** Whether the wished engine runs on this host already. */
export function isDeployedHere(engine: EngineState, fqdn: string): boolean {
  return engine.deployed && engine.fqdn === fqdn && engine.status !== undefined;
}

/** No engine on this or any other host of the inventory, and nothing of an attempt that failed. */
export function checkNoEngine(
  { facts: { engine }, host, deployed }: CheckInput,
  others: readonly OtherHost[],
  verdict: Verdict,
): void {
  if (deployed) verdict.seen(`the engine ${engine.fqdn} is deployed on ${host.name} already`);
  else {
    const left = leftovers(engine);
    verdict.demand(
      left.length === 0,
      `${host.name} has ${engine.deployed ? `a hosted engine (${engine.fqdn || 'without a name'})` : 'the remains of an attempt to deploy, or another engine manages it'}: ${left.join(', ')}`,
      `Make sure that no engine needs ${host.name}, then on it: ovirt-hosted-engine-cleanup -q; reboot; hosted-engine --check-deployed`,
    );
    if (left.length === 0) verdict.seen(`no hosted engine and no remains of one on ${host.name}`);
  }
  for (const other of others) {
    if (other.engine === undefined) {
      verdict.seen(`${other.name} could not be asked for an engine: ${other.unreachable}`);
      continue;
    }
    verdict.demand(
      deployed || !(other.engine.deployed || other.engine.bootstrapVm),
      `${other.name} has a hosted engine${other.engine.fqdn === '' ? '' : ` (${other.engine.fqdn})`}`,
      'A further host gets the engine through the engine itself (add the host with Deploy), never by another deployment',
    );
  }
}
