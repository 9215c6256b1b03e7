import { commandLine } from '../../connectors/quote.ts';
import type { PackageSpec } from '../../profiles/profile.ts';
import { type Decision, operation } from '../operation.ts';
import {
  installChange,
  lookAtPackages,
  missingPackages,
  type PackageFacts,
  packageEvidence,
  wantedPackages,
} from './packages.ts';
import type { HostParams, InstallPackages } from './params.ts';
import { parseMissingNames, parseUnopened } from './parse/yum.ts';

/** Installs the packages that are missing; they stay when the run is rolled back. */
export const installPackages = operation<InstallPackages, PackageFacts>({
  name: 'installPackages',
  title: ({ host, packages, title }) =>
    `Install ${title ?? (typeof packages === 'string' ? `the ${packages} packages` : packages.join(', '))} on ${host}`,
  followed: true,
  limitSeconds: 3600,
  look: (context, { host, packages }) => lookAtPackages(context, host, wantedPackages(packages, context.profile)),
  decide: (facts, { host, packages }, { profile }) => decideInstall(host, facts, wantedPackages(packages, profile)),
  judge: ({ log }) => judgeInstall(log),
  stage: stageOfYum,
});

/** Makes yum know the repositories of oVirt; the package stays when the run is rolled back. */
export const installReleasePackage = operation<HostParams, PackageFacts>({
  name: 'installReleasePackage',
  title: ({ host }) => `Install the release package of oVirt on ${host}`,
  followed: true,
  limitSeconds: 900,
  look: (context, { host }) => lookAtPackages(context, host, context.profile.packages.release),
  decide: (facts, { host }, { profile }) => decideInstall(host, facts, profile.packages.release),
  judge: ({ log }) => judgeInstall(log),
  stage: stageOfYum,
});

function decideInstall(host: string, facts: PackageFacts, specs: readonly PackageSpec[]): Decision<undefined> {
  const missing = missingPackages(facts, specs);
  const evidence = packageEvidence(facts);
  if (missing.length === 0) return { state: 'already', changes: [], evidence };
  const names = missing.map(({ name }) => name);
  return {
    state: 'wouldDo',
    changes: [installChange(missing)],
    evidence: [...evidence, ...names.map((name) => `${name} is not installed`)],
    leaves: {
      what: `packages ${names.join(', ')} and what they need, installed on ${host}`,
      byHand: `${commandLine(['yum', 'history', 'list', ...names])}, then yum history undo with the id shown there`,
    },
  };
}

/** yum ends with 0 when it found only some of the names, and 1 is no error where a package is given by URL. */
function judgeInstall(log: string): string | undefined {
  const unopened = parseUnopened(log);
  if (unopened.length > 0) return `yum cannot open ${unopened.join(', ')}`;
  const names = parseMissingNames(log);
  if (names.length === 0) return undefined;
  return `yum knows no package ${names.join(', ')} in the enabled repositories`;
}

/** The newest step of a transaction in yum's words, shortened to what an operator wants to see. */
export function stageOfYum(log: string): string | undefined {
  const lines = log.split('\n').reverse();
  for (const line of lines) {
    const waiting = /^Another app is currently holding the yum lock/.test(line);
    if (waiting) return 'waiting for another yum to end';
    const done = /^\s*(Installing|Updating|Cleanup|Verifying|Erasing)\s*:\s*(\S+)\s.*?(\d+\/\d+)\s*$/.exec(line);
    if (done !== null) return `${done[1]} ${done[2]} (${done[3]})`;
    const phase = /^(Resolving Dependencies|Downloading packages|Running transaction|Complete!)/.exec(line);
    if (phase !== null) return phase[1];
  }
  return undefined;
}
