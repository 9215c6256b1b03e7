import { generateKeyPairSync } from 'node:crypto';
import type { Lab, LabHost } from '../types.ts';

const FILE = 'engine-ssh.pub';

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number must not look negative. */
const number = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64url');
  return field((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
};

function make(): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  return `ssh-rsa ${Buffer.concat([field(Buffer.from('ssh-rsa')), number(e), number(n)]).toString('base64')}`;
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
