/** Which sshd to talk to, as whom, and which key proves that it is the right one. */
import type { InventoryHost, SecretRef } from '../inventory/schema.ts';

export interface SshTarget {
  /** The host's name in the inventory, for messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey?: string | undefined;
  readonly key?: SecretRef | undefined;
  readonly passphrase?: SecretRef | undefined;
  readonly password?: SecretRef | undefined;
  readonly agent?: boolean | undefined;
  /** The folder of the inventory file, to which paths of secrets are relative. */
  readonly directory: string;
}

/** Where an sshd listens, and what to call it. */
export type SshPlace = Pick<SshTarget, 'name' | 'address' | 'port'>;

/** A machine of the inventory that has an sshd. */
export type SshMachine = Pick<InventoryHost, 'name' | 'address' | 'ssh'>;

export function sshTarget({ name, address, ssh }: SshMachine, directory: string): SshTarget {
  return { ...ssh, name, address, directory };
}

/** `address:port`, with brackets around an IPv6 address. */
export function socketAddress(target: SshPlace): string {
  return target.address.includes(':') ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`;
}
