/** What a volume of an image is, whatever kind of domain it lies on. */

/** An operating system with oVirt's guest agent in it. */
export interface GuestSystem {
  readonly fqdn: string;
  readonly installedAt: number;
}

/** Where a volume's data lie: a logical volume or a file, with the bytes that it takes from its domain. */
export interface VolumePlace {
  readonly size: number;
}

/** One volume of an image, with what vdsm notes about it in the domain's metadata. */
export interface Volume {
  readonly id: string;
  readonly image: string;
  /** The volume that it stands upon; none for the base of an image. */
  parent: string | undefined;
  readonly format: 'raw' | 'cow';
  readonly sparse: boolean;
  capacity: number;
  legal: boolean;
  /** The operating system that was installed into it. */
  system?: GuestSystem | undefined;
  readonly place: VolumePlace;
}

export interface NewVolume {
  readonly id: string;
  readonly image: string;
  readonly parent?: string | undefined;
  readonly format: 'raw' | 'cow';
  readonly sparse: boolean;
  readonly capacity: number;
  /** Bytes that a thin volume is known to need. */
  readonly initial?: number | undefined;
}
