/** The appliance rpm of 4.3: one OVA of about 1.2 GB, whose sparse disk is 51 GiB when unpacked. */
export const appliance = {
  package: 'ovirt-engine-appliance',
  version: '4.3',
  release: '20191127.1.el7',
  ova: '/usr/share/ovirt-engine-appliance/ovirt-engine-appliance-4.3-20191127.1.el7.ova',
  packageBytes: 1_234_000_000,
  extractedBytes: 4_600_000_000,
  neededMb: 5060,
  diskGb: 51,
} as const;
