/**
 * The kernel folder: the machine room of the lab, everything that is the same whatever runs on the hosts.
 * This file: the interfaces of what a host is made of. Commands read and change these; nothing here knows a command.
 */
export type * from './array-model.ts';
export type * from './files-model.ts';
export type * from './iscsi-model.ts';
export type * from './libvirt-model.ts';
export type * from './network-model.ts';
export type * from './nfs-model.ts';
export type * from './rpm-model.ts';
export type * from './systemd-model.ts';
