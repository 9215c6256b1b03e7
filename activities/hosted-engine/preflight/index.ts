import { type Decision, operation } from '../../operation.ts';
import type { EngineWish, PreflightOutput } from '../params.ts';
import { inventoryHost, macOf, resolveWish } from '../wish.ts';
import { type CheckInput, Verdict } from './checks.ts';
import { gatherFacts, type PreflightFacts } from './facts.ts';
import { checkHost } from './host.ts';
import { checkNames } from './names.ts';
import { checkNetwork } from './network.ts';
import { checkNoEngine, checkRepositories, isDeployedHere } from './software.ts';
import { checkLun } from './storage.ts';

/** Finds all at once what would make the deployment fail; changes nothing. */
export const preflightHostedEngine = operation<EngineWish, PreflightFacts, PreflightOutput>({
  name: 'preflightHostedEngine',
  title: ({ host }) => `Check ${host}, its names and its storage for the hosted engine`,
  look: gatherFacts,
  decide(facts, params, { inventory, profile }): Decision<PreflightOutput> {
    const verdict = new Verdict();
    for (const problem of facts.secretProblems) {
      verdict.demand(false, `the inventory's ${problem}`, 'Correct it on the worker; the value is never shown');
    }
    if (facts.host === undefined) {
      const { type = 'HostUnreachable', message = 'no answer' } = facts.unreachable ?? {};
      verdict.demand(false, message, UNREACHABLE_FIXES[type] ?? 'Make the worker reach the host over SSH');
      return { state: 'refused', changes: [], evidence: verdict.evidence, findings: verdict.findings };
    }
    const wish = resolveWish(params, inventory);
    const input: CheckInput = {
      facts: facts.host,
      wish,
      inventory,
      host: inventoryHost(inventory, params.host),
      profile,
      deployed: isDeployedHere(facts.host.engine, wish.fqdn),
    };
    const capacity = checkHost(input, verdict);
    checkNames(input, verdict);
    const network = checkNetwork(input, verdict);
    checkRepositories(input, verdict);
    checkNoEngine(input, facts.others, verdict);
    const lun = checkLun(input, verdict);
    const { evidence, findings } = verdict;
    if (findings.length > 0 || network === undefined || lun === undefined) {
      return { state: 'refused', changes: [], evidence, findings };
    }
    const output: PreflightOutput = {
      hostName: facts.host.hostName,
      hostAddress: network.address,
      managementInterface: network.interface,
      gateway: network.gateway,
      dnsServers: inventory.engine.dns ?? facts.host.nameServers,
      lun,
      ...capacity,
      mac: inventory.engine.mac ?? macOf(wish.fqdn),
      ...(input.deployed && { deployed: true as const }),
    };
    const verdictLine = input.deployed
      ? `the engine ${wish.fqdn} is deployed on ${params.host} already`
      : `${params.host} is ready for the engine: ${evidence.length} facts checked`;
    return { state: 'already', changes: [], evidence: [verdictLine, ...evidence], output };
  },
});

const UNREACHABLE_FIXES: Readonly<Record<string, string>> = {
  HostUnreachable: 'Check power, network and sshd of the host, and its address and port in the inventory',
  HostKeyMismatch:
    'Compare the key with the one shown on the console of the host, then pin it in the inventory (hosts[].ssh.hostKey)',
  AccessDenied: 'Correct user, key or password of the host in the inventory, and let the user become root with sudo -n',
  SecretMissing: 'Set what the inventory names for the login on the machine of the worker',
};
