/** Virtual seconds of storage work, as a rack server with a Fibre Channel array takes them. */
export const storageTimes = {
  /** vgcreate and the special volumes with their metadata. */
  createDomain: 12,
  connect: 4,
  attach: 6,
  activate: 5,
  ovfUpdate: 8,
  release: 10,
  detach: 4,
  format: 9,
  createDisk: 4,
  removeDisk: 3,
  /** Volumes upon the disks' own, and the running VM's change over to them. */
  createSnapshot: 5,
  /** Besides the data that is copied. */
  mergeSnapshot: 8,
  preview: 4,
  revert: 6,
} as const;

/** Bytes that an image moves on by in a virtual second. */
export const PER_SECOND = 200 * 1024 ** 2;
