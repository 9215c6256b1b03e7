/** Opens one SSH connection: TCP, host key, login; every way this fails is told in the operator's words. */
import { connect, type Socket } from 'node:net';
import { type Config, NodeSSH } from 'node-ssh';
import type { Client } from 'ssh2';
import { algorithmsFor, fingerprintOf, parsePin } from './host-key.ts';
import { resolveSecret } from './secrets.ts';
import { CONNECT_TIMEOUT_MS, explain, failure, unpinned, wrongKey } from './ssh-failures.ts';
import { connected } from './ssh-socket.ts';
import type { SshTarget } from './ssh-target.ts';

export interface Dialled {
  readonly client: Client;
  readonly socket: Socket;
}

const KEEP_ALIVE_MS = 10_000;
const KEEP_ALIVE_COUNT = 3;

/** A connection that is logged in and that nothing but its caller ends; `signal` gives up while it is being made. */
export async function dial(target: SshTarget, signal: AbortSignal): Promise<Dialled> {
  const hostKey = target.hostKey;
  if (hostKey === undefined) throw unpinned(target);
  const login = await loginOf(target);
  const socket = connect({
    host: target.address,
    port: target.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  const giveUp = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await connected(target, socket);
    return { client: await handshake(target, hostKey, login, socket), socket };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function loginOf(target: SshTarget): Promise<Config> {
  const secret = (ref: Parameters<typeof resolveSecret>[0], what: string) =>
    resolveSecret(ref, target.directory, `the ${what} for ${target.user} on ${target.name}`);
  const agent: Config = target.agent === true ? { agent: agentSocket(target) } : {};
  if (target.key !== undefined) {
    const privateKey = await secret(target.key, 'SSH key');
    const passphrase = target.passphrase && {
      passphrase: await secret(target.passphrase, 'passphrase of the SSH key'),
    };
    return { ...agent, privateKey, ...passphrase };
  }
  if (target.password === undefined) return agent;
  const password = await secret(target.password, 'password');
  return {
    ...agent,
    password,
    tryKeyboard: true,
    // Answers the one hidden prompt that stands for the password; nothing else gets it.
    onKeyboardInteractive: (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.length === 1 && prompts[0]?.echo !== true ? [password] : []),
  };
}

function agentSocket(target: SshTarget): string {
  const path = process.env.SSH_AUTH_SOCK;
  if (path === undefined || path === '') {
    throw failure(
      target,
      'AccessDenied',
      'the inventory says to use the SSH agent, but SSH_AUTH_SOCK is not set for the worker',
    );
  }
  return path;
}

async function handshake(target: SshTarget, hostKey: string, login: Config, socket: Socket): Promise<Client> {
  const pin = parsePin(hostKey);
  const serverHostKey = algorithmsFor(pin);
  const ssh = new NodeSSH();
  let seen: Buffer | undefined;
  try {
    await ssh.connect({
      ...login,
      sock: socket,
      username: target.user,
      readyTimeout: CONNECT_TIMEOUT_MS,
      keepaliveInterval: KEEP_ALIVE_MS,
      keepaliveCountMax: KEEP_ALIVE_COUNT,
      hostVerifier: (key: Buffer) => {
        seen = key;
        return fingerprintOf(key) === pin.fingerprint;
      },
      ...(serverHostKey && { algorithms: { serverHostKey } }),
    });
  } catch (error) {
    if (seen !== undefined && fingerprintOf(seen) !== pin.fingerprint) throw wrongKey(target, pin.fingerprint, seen);
    throw explain(target, pin.type, error);
  }
  const client = ssh.connection;
  if (client === null) throw failure(target, 'HostUnreachable', 'the connection was closed right after the login');
  // node-ssh stops listening once connected; an error without a listener would end the process.
  client.on('error', () => socket.destroy());
  return client;
}
