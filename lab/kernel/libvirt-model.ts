/** Interfaces of libvirt on a host: domains, networks, pools. */

export interface Domain {
  readonly name: string;
  readonly uuid: string;
  id: number;
  state: 'running' | 'paused' | 'in shutdown' | 'shut off' | 'crashed';
  /** A transient domain vanishes when it stops. */
  persistent: boolean;
  memory: number;
  vcpus: number;
  /** Called when it is destroyed or its host dies. */
  onStop?: (how: 'destroy' | 'shutdown' | 'host') => void;
}

export interface LibvirtNetwork {
  readonly name: string;
  readonly bridge: string;
  active: boolean;
  autostart: boolean;
}

export interface StoragePool {
  readonly name: string;
  readonly target: string;
  active: boolean;
}

/** libvirtd's objects; available to virsh while the unit runs. */
export interface Libvirt {
  readonly domains: Map<string, Domain>;
  readonly networks: Map<string, LibvirtNetwork>;
  readonly pools: Map<string, StoragePool>;
  /** VDSM has put SASL before the read-write socket: virsh without an auth file asks for a name. */
  sasl: boolean;
  /** The CPU features that the installed libvirt can require on this CPU (md-clear only in versions that know it). */
  requiredFeatures(): readonly string[];
  start(domain: Omit<Domain, 'id' | 'state'>): Domain;
  stop(name: string, how: 'destroy' | 'shutdown'): void;
}
