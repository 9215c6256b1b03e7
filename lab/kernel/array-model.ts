/** Interfaces of the storage array: LUNs, their paths, the volume groups on them. */
/** What device-mapper has of a logical volume on one host. */
export interface ActiveVolume {
  readonly minor: number;
  /** Some process holds it open. */
  open: boolean;
  mount?: string | undefined;
}

export interface LogicalVolume {
  readonly name: string;
  readonly uuid: string;
  size: number;
  tags: string[];
  /** By host name: where it is active. */
  readonly active: Map<string, ActiveVolume>;
}

export interface VolumeGroup {
  readonly name: string;
  readonly uuid: string;
  size: number;
  tags: string[];
  readonly volumes: LogicalVolume[];
}

export interface LunPath {
  readonly hctl: string;
  readonly device: string;
  readonly major: number;
  readonly minor: number;
  /** Priority group. */
  prio: number;
  up: boolean;
}

/** A LUN of the array; the same object for every host that sees it. */
export interface Lun {
  readonly wwid: string;
  readonly number: number;
  readonly size: number;
  readonly vendor: string;
  readonly product: string;
  /** What multipath shows of its kind; without them those of the article's array. */
  readonly features?: string;
  readonly hardwareHandler?: string;
  /** What `wipefs` finds: a file system or partition table; undefined when clean or when `group` is there. */
  signature?: { type: string; offset: number } | undefined;
  /** LVM physical volume with its group. */
  group?: VolumeGroup | undefined;
  /** By host name, in path order. */
  readonly paths: Map<string, LunPath[]>;
  /** By host name: minor of the map, `dm-3`. */
  readonly minors: Map<string, number>;
  /** What parts keep on its blocks (metadata, leases); gone when it is wiped. */
  readonly blocks: Map<string, unknown>;
}
