import { randomBytes } from 'node:crypto';
import type { Lab, LabHost } from '../types.ts';

const FILE = 'engine-ssh.pub';

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** 2048 bits, odd; the zero before them keeps the number from looking negative. */
function modulus(): Buffer {
  const bytes = randomBytes(257);
  bytes[0] = 0;
  bytes[1] = (bytes[1] ?? 0) | 0x80;
  bytes[256] = (bytes[256] ?? 0) | 1;
  return bytes;
}

/** Of its private half there is no use, because the lab's engine logs in to nothing; so no primes are sought, which takes long. */
function make(): string {
  const fields = [Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), modulus()].map(field);
  return `ssh-rsa ${Buffer.concat(fields).toString('base64')}`;
}

/** The public key with which the engine logs in to its hosts, without a comment; made once per lab directory. */
export function engineSshKey({ store }: Lab): string {
  const known = store.read(FILE);
  if (known !== undefined) return known.trim();
  const made = make();
  store.write(FILE, `${made}\n`);
  return made;
}

export const ROOT_KEYS = '/root/.ssh/authorized_keys';

/** Root of the host lets the engine in from now on, as the deployment and every installation by the engine arrange it. */
export function admitEngine({ fs, lab }: LabHost): void {
  const before = fs.exists(ROOT_KEYS) ? fs.read(ROOT_KEYS) : '';
  const key = engineSshKey(lab);
  if (!before.includes(key)) fs.write(ROOT_KEYS, `${before}${key} ovirt-engine\n`, { mode: 0o600 });
}
