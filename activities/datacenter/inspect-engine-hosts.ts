import { engineHosts, type HostView } from '../engine/hosts.ts';
import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { ENGINE_HOSTS } from './description.ts';

/** Names of the hosts that the engine has. */
export interface EngineHosts {
  readonly hosts: readonly string[];
}

/**
 * Finds hosts that are not as the engine should have them: up and not left in maintenance, with power management, two or
 * more able to run the engine VM, none that nobody has described. Changes nothing. (article, sections 0.4, 8 and 9)
 */
export const inspectEngineHosts = engineOperation<object, readonly HostView[], EngineHosts>({
  name: 'inspectEngineHosts',
  title: () => 'Check the hosts in the engine',
  look: engineHosts,
  decide(hosts): EngineDecision<EngineHosts> {
    const verdict = new Verdict();
    for (const host of hosts) judge(host, verdict);
    const able = hosts.filter(({ hosted_engine, status }) => hosted_engine?.configured === true && status === 'up');
    verdict.demand(
      able.length >= ENGINE_HOSTS,
      `${able.length === 0 ? 'no host' : `only ${able.map(({ name }) => name).join(', ')}`} is up and able to run the engine VM: when it fails, nothing restarts the engine`,
      'Add another host with the runbook addHostedEngineHost, or bring back the one that is away',
    );
    const { findings, evidence } = verdict;
    const output = { hosts: hosts.map(({ name }) => name) };
    return { state: findings.length > 0 ? 'refused' : 'already', changes: [], evidence, output, findings };
  },
});

function judge({ name, inventoryName, status, status_detail, power_management }: HostView, verdict: Verdict): void {
  const fenced = power_management?.enabled === true;
  verdict.seen(`${name} is ${status}, power management ${fenced ? 'enabled' : 'not enabled'}`);
  verdict.demand(
    inventoryName !== undefined,
    `host ${name} is in the engine, but not in the inventory`,
    'Describe it in the inventory ("npx runbook inventory import" shows how), or remove it from the engine',
  );
  verdict.demand(
    status === 'up',
    `host ${name} is ${status} in the engine${status_detail ? ` (${status_detail})` : ''}`,
    status.includes('maintenance')
      ? 'When nobody works on it any more, activate it: Compute, Hosts, Management, Activate'
      : 'Look at the events of the host in the Administration Portal, then activate it',
  );
  verdict.demand(
    fenced,
    `host ${name} has no power management: when it hangs, its VMs are not restarted elsewhere`,
    'Describe its bmc in the inventory, then run configureFencing, or enable it in the portal (Edit, Power Management)',
  );
}
