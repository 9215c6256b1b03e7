/** Looks which host keys an sshd has, as ssh-keyscan does: nobody logs in, nothing is run. */
import { connect } from 'node:net';
import ssh2, { type ServerHostKeyAlgorithm } from 'ssh2';
import { fingerprintOf, typeOf } from './host-key.ts';
import { CONNECT_TIMEOUT_MS, failure, handshakeFailure } from './ssh-failures.ts';
import { connected } from './ssh-socket.ts';
import type { SshPlace } from './ssh-target.ts';

export interface OfferedKey {
  /** As in `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
  /** Type and key, as the inventory pins them. */
  readonly hostKey: string;
}

/** An sshd shows one key for each connection, of the type that it is asked for; the one to prefer stands first. */
const FAMILIES: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
];

/**
 * The host keys that an sshd offers, at least one.
 * @throws HostUnreachable when nobody answers there, or it is no sshd; the signal's reason when aborted
 */
export async function scanHostKeys(place: SshPlace, signal: AbortSignal): Promise<readonly OfferedKey[]> {
  const keys: OfferedKey[] = [];
  // One after the other: an sshd drops unauthenticated connections that come in numbers (MaxStartups).
  for (const family of FAMILIES) {
    const key = await keyOf(place, family, signal);
    if (key === undefined) continue;
    const type = typeOf(key);
    keys.push({ type, fingerprint: fingerprintOf(key), hostKey: `${type} ${key.toString('base64')}` });
  }
  if (keys.length === 0) throw failure(place, 'HostUnreachable', 'it has no host key of a known type');
  return keys;
}

async function keyOf(
  place: SshPlace,
  serverHostKey: readonly ServerHostKeyAlgorithm[],
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  signal.throwIfAborted();
  const socket = connect({ host: place.address, port: place.port, noDelay: true });
  const giveUp = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await connected(place, socket);
    const client = new ssh2.Client();
    return await new Promise((resolve, reject) => {
      let seen: Buffer | undefined;
      client.on('error', (error) => {
        if (seen !== undefined) resolve(seen);
        else if (/no matching host key/i.test(error.message)) resolve(undefined);
        else reject(handshakeFailure(place, error));
      });
      client.on('close', () => reject(handshakeFailure(place, new Error('Connection lost before handshake'))));
      client.connect({
        sock: socket,
        // Never sent: the connection ends when the key has been seen.
        username: 'nobody',
        readyTimeout: CONNECT_TIMEOUT_MS,
        algorithms: { serverHostKey: [...serverHostKey] },
        hostVerifier: (key: Buffer) => {
          seen = key;
          return false;
        },
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}
