/** Pinned SSH host keys: an exact public key, or the SHA-256 fingerprint of one. */
import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';

export interface HostKeyPin {
  readonly fingerprint: string;
  /** Known only when the pin is an exact key. */
  readonly type?: string;
}

/** The pin that stands in the inventory, in the form that `ssh-keygen -lf` prints. */
export function parsePin(hostKey: string): HostKeyPin {
  if (hostKey.startsWith('SHA256:')) return { fingerprint: hostKey.replace(/=+$/, '') };
  const [type = '', blob = ''] = hostKey.split(' ');
  return { type, fingerprint: fingerprintOf(Buffer.from(blob, 'base64')) };
}

export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type named inside the key: a length of four bytes, then the name. */
export function typeOf(key: Buffer): string {
  if (key.length < 4) return 'unknown';
  const length = key.readUInt32BE(0);
  return key.subarray(4, 4 + length).toString('latin1');
}

/**
 * What to ask the server for. A host has keys of several types and shows only one: without this, a host whose pinned
 * RSA key is right would be refused for showing its ED25519 key.
 */
export function algorithmsFor(pin: HostKeyPin): ServerHostKeyAlgorithm[] | undefined {
  if (pin.type === undefined) return undefined;
  if (pin.type === 'ssh-rsa') return ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];
  return [pin.type as ServerHostKeyAlgorithm];
}
