import type { LabHost } from '../../types.ts';
import { hostedEngineConf } from '../conf.ts';
import { vmRecord } from '../engine-vm.ts';
import { engineIsUp } from '../liveliness.ts';
import type { EngineStatus, VmPresence } from './engine-status.ts';
import { judge } from './engine-status.ts';
import type { Fitness } from './score.ts';

/** What the broker's engine-health monitor finds on this host now. */
export function engineHealth(host: LabHost, before: VmPresence): EngineStatus {
  const record = vmRecord(host);
  const fqdn = hostedEngineConf(host)?.get('fqdn') ?? '';
  return judge(
    {
      status: record?.status,
      ...(record?.exit ? { exit: record.exit } : {}),
      vdsmAnswers: host.units.isActive('vdsmd.service'),
      engineAnswers: engineIsUp(host, fqdn),
    },
    before,
  );
}

/** True when one probe of the configured network test would succeed. */
export function networkProbe(host: LabHost, conf: ReadonlyMap<string, string>): boolean {
  const test = conf.get('network_test') || 'ping';
  if (test === 'none') return true;
  if (test === 'dns') return host.lab.dns.answering && [...host.network.interfaces.values()].some(usable);
  if (test === 'tcp') {
    const address = conf.get('tcp_t_address') ?? '';
    const server = host.lab.servers.get(address);
    return host.network.reachable(address) && server?.state(Number(conf.get('tcp_t_port'))) === 'open';
  }
  return host.network.reachable(conf.get('gateway') ?? '');
}

const usable = (nic: { kind: string; up: boolean; carrier: boolean }): boolean =>
  nic.kind === 'nic' && nic.up && nic.carrier;

/** The host's fitness as the broker's monitors measure it. */
export function fitness(host: LabHost, vmMemoryMb: number): Fitness {
  const conf = hostedEngineConf(host) ?? new Map<string, string>();
  const bridge = host.network.interfaces.get(conf.get('bridge') ?? 'ovirtmgmt');
  return {
    networkProbes: networkProbe(host, conf) ? 5 : 0,
    bridgeUp: bridge?.up === true,
    freeMemoryMb: (host.memory.total - host.memory.used) / 1024 / 1024,
    vmMemoryMb,
    cpuLoad: 0.02,
    failedStarts: 0,
  };
}
