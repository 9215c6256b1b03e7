import { type CpuFeatureFacts, lookAtFeature } from '../host/cpu-feature.ts';
import { type FirewallFacts, lookAtFirewalls, rivalsOf } from '../host/firewall.ts';
import { readAll } from '../host/read-all.ts';
import { type LunState, lunReads, parseLun } from '../hosted-engine/lun.ts';
import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { unreachable } from '../hosted-engine/preflight/other-hosts.ts';
import { inventoryHost } from '../hosted-engine/wish.ts';
import { type OperationContext, operation } from '../operation.ts';
import { judgeLun } from '../storage/preflight.ts';
import { type NetworkSettings, networkDifferences, networkReads, parseNetworkSettings } from './network-settings.ts';

export interface InspectHosts {
  /** Any host of the inventory: all of them are asked. */
  readonly host: string;
}

interface Lun {
  readonly state: LunState;
  /** What the inventory expects. */
  readonly size?: string | undefined;
}

interface HostSight {
  readonly name: string;
  readonly unreachable?: string;
  readonly network?: NetworkSettings;
  readonly firewall?: FirewallFacts;
  readonly cpu?: CpuFeatureFacts;
  readonly luns?: readonly Lun[];
}

const FEATURE = 'md-clear';

/**
 * Finds hosts that break the rules for all of them: network settings alike but for addresses, firewalld alone, md-clear
 * where the CPU has it, every LUN over sound paths. Changes nothing. (article, sections 0.4, 2, 3, 10)
 */
export const inspectHosts = operation<InspectHosts, readonly HostSight[]>({
  name: 'inspectHosts',
  title: () => 'Check the rules for hosts',
  look: (context) => Promise.all(context.inventory.hosts.map(({ name }) => lookAtHost(context, name))),
  decide(hosts, _params, { profile }) {
    const verdict = new Verdict();
    for (const sight of hosts) {
      const asked = verdict.demand(
        sight.unreachable === undefined,
        `${sight.name} could not be asked: ${sight.unreachable}`,
        'Check power, network and sshd of the host, then verify again',
      );
      if (asked) judgeHost(sight, profile.firewall, verdict);
    }
    const [first, ...others] = hosts.filter(({ network }) => network !== undefined);
    for (const { name, network } of others) {
      if (first?.network === undefined || network === undefined) continue;
      for (const difference of networkDifferences(name, network, first.name, first.network)) {
        verdict.demand(
          false,
          difference,
          'Make them alike: on managed hosts in the engine (Setup Host Networks), never by hand',
        );
      }
    }
    const { findings, evidence } = verdict;
    return { state: findings.length > 0 ? 'refused' : 'already', changes: [], evidence, findings };
  },
});

async function lookAtHost(context: OperationContext, name: string): Promise<HostSight> {
  const { storage } = context.inventory;
  const wished = [
    ...(inventoryHost(context.inventory, name).role === 'hostedEngine' ? [storage.hostedEngine] : []),
    ...storage.dataDomains.flatMap(({ type, lun, size }) =>
      type === 'fc' && lun !== undefined ? [{ lun, size }] : [],
    ),
  ];
  try {
    const [network, firewall, cpu, luns] = await Promise.all([
      readAll(context.host(name), networkReads()).then(parseNetworkSettings),
      lookAtFirewalls(context, { host: name }),
      lookAtFeature(context, { host: name, feature: FEATURE }),
      Promise.all(
        wished.map(async ({ lun, size }) => ({
          state: parseLun(lun, await readAll(context.host(name), lunReads(lun))),
          size,
        })),
      ),
    ]);
    return { name, network, firewall, cpu, luns };
  } catch (error) {
    return { name, unreachable: unreachable(error).unreachable.message };
  }
}

function judgeHost(
  { name, firewall, cpu, luns = [] }: HostSight,
  { service, others }: { readonly service: string; readonly others: readonly string[] },
  verdict: Verdict,
): void {
  if (firewall !== undefined) {
    const unit = firewall.units[service];
    verdict.demand(
      firewall.answers && unit?.active === true && unit.enabled,
      `${service} of ${name} is ${unit?.active ? 'active' : 'not active'} and ${unit?.enabled ? 'enabled' : 'not enabled'}`,
      `On ${name}: systemctl enable ${service}; systemctl start ${service}`,
    );
    const rivals = rivalsOf(firewall, others);
    verdict.demand(
      rivals.length === 0,
      `${name} has another firewall beside ${service}: ${rivals.join(', ')}`,
      `On ${name}: systemctl stop ${rivals.join(' ')}; systemctl disable ${rivals.join(' ')}`,
    );
    verdict.seen(`${name}: ${service} ${unit?.active ? 'is active' : 'is not active'}`);
  }
  if (cpu !== undefined) {
    verdict.seen(
      `${name}: the CPU ${cpu.needed ? 'has' : 'does not have'} ${FEATURE}, libvirt offers it: ${cpu.offered}`,
    );
    verdict.demand(
      !cpu.needed || cpu.offered !== 'no',
      `libvirt ${cpu.libvirt ?? ''} on ${name} does not know the CPU feature ${FEATURE}, which its CPU has`,
      `Put ${name} into maintenance, install centos-release-qemu-ev, update, and restart libvirtd`,
    );
  }
  for (const { state, size } of luns) {
    const paths = state.map?.paths ?? [];
    verdict.seen(`${name}: LUN ${state.wwid}, ${paths.filter(({ usable }) => usable).length} of ${paths.length} paths`);
    for (const { what, fix } of judgeLun(name, state, size)) verdict.demand(false, what, fix);
  }
}
