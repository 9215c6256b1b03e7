/** libvirt's objects of a host and what its version makes of the CPU. */
import type { LabHost } from '../types.ts';
import type { Domain, Libvirt, LibvirtNetwork, StoragePool } from './model.ts';
import { compareVersions } from './versions.ts';

/** The first EL7 build that knows the MDS feature; older ones refuse a domain that requires it. */
const firstWithMdClear = '4.5.0-10.el7_6.9';
/** Upstream's own releases between the backport's base and this one do not know it. */
const upstreamWithMdClear = '5.4.0';

function knowsMdClear(version: string, release: string): boolean {
  if (compareVersions(version, '4.5.0') > 0) return compareVersions(version, upstreamWithMdClear) >= 0;
  return compareVersions(`${version}-${release}`, firstWithMdClear) >= 0;
}

export class HostLibvirt implements Libvirt {
  readonly domains = new Map<string, Domain>();
  readonly networks = new Map<string, LibvirtNetwork>();
  readonly pools = new Map<string, StoragePool>();
  sasl = false;
  #next = 1;
  readonly #host: LabHost;

  constructor(host: LabHost) {
    this.#host = host;
  }

  requiredFeatures(): readonly string[] {
    const installed = this.#host.packages.get('libvirt-daemon') ?? this.#host.packages.get('libvirt');
    const knows = installed && knowsMdClear(installed.version, installed.release);
    const has = this.#host.cpu.flags.includes('md_clear');
    const features = ['ss', 'hypervisor', 'tsc_adjust', 'clflushopt', 'pku', 'md-clear', 'stibp', 'ssbd', 'invtsc'];
    return features.filter((name) => name !== 'md-clear' || (knows && has));
  }

  start(domain: Omit<Domain, 'id' | 'state'>): Domain {
    const started: Domain = { ...domain, id: this.#next++, state: 'running' };
    this.domains.set(domain.name, started);
    return started;
  }

  stop(name: string, how: 'destroy' | 'shutdown'): void {
    const domain = this.domains.get(name);
    if (!domain || domain.state === 'shut off') return;
    domain.state = 'shut off';
    domain.id = -1;
    if (!domain.persistent) this.domains.delete(name);
    domain.onStop?.(how);
  }

  /** The host has gone: every guest with it. */
  hostDown(): void {
    for (const domain of [...this.domains.values()]) {
      if (domain.state === 'shut off') continue;
      domain.state = 'shut off';
      domain.id = -1;
      if (!domain.persistent) this.domains.delete(domain.name);
      domain.onStop?.('host');
    }
    this.#next = 1;
  }
}
