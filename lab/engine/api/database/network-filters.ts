export interface NetworkFilter {
  readonly id: string;
  readonly name: string;
  /** The first compatibility level that has it. */
  readonly version: { readonly major: number; readonly minor: number };
}

/** Filters of libvirt that a vNIC profile may name, as every installation has them (engine: insert_network_filter.sql). */
const names = [
  'allow-arp',
  'allow-dhcp',
  'allow-dhcp-server',
  'allow-incoming-ipv4',
  'allow-ipv4',
  'clean-traffic',
  'no-arp-ip-spoofing',
  'no-arp-mac-spoofing',
  'no-arp-spoofing',
  'no-ip-multicast',
  'no-ip-spoofing',
  'no-mac-broadcast',
  'no-mac-spoofing',
  'no-other-l2-traffic',
  'no-other-rarp-traffic',
  'qemu-announce-self',
  'qemu-announce-self-rarp',
] as const;

/** vdsm-no-mac-spoofing, the filter of every profile that names none; its id is the same everywhere. */
export const USUAL_FILTER = 'd2370ab4-fee3-11e9-a310-8c1645ce738e';

/** Ids by time, one after the other, as the installation's script makes them. */
const following = (index: number): string => `${(0xd2370ab4 + 1 + index).toString(16)}${USUAL_FILTER.slice(8)}`;

export const networkFilters: readonly NetworkFilter[] = [
  { id: USUAL_FILTER, name: 'vdsm-no-mac-spoofing', version: { major: 3, minor: 2 } },
  ...names.map((name, index) => ({ id: following(index), name, version: { major: 3, minor: 6 } })),
];
