/** Opens one SSH connection: TCP, host key, login; every way this fails is told in the operator's words. */
import { connect, type Socket } from 'node:net';
import { type Config, NodeSSH } from 'node-ssh';
import type { Client } from 'ssh2';
import { OperatorError } from '../failures/operator-error.ts';
import type { FailureType } from '../failures/table.ts';
import { algorithmsFor, fingerprintOf, parsePin, typeOf } from './host-key.ts';
import { resolveSecret } from './secrets.ts';
import { type SshTarget, socketAddress } from './ssh-target.ts';

export interface Dialled {
  readonly client: Client;
  readonly socket: Socket;
}

const CONNECT_TIMEOUT_MS = 10_000;
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

function connected(target: SshTarget, socket: Socket): Promise<void> {
  return new Promise((done, fail) => {
    const tooLate = () =>
      fail(failure(target, 'HostUnreachable', `no answer within ${CONNECT_TIMEOUT_MS / 1000} seconds`));
    const timer = setTimeout(tooLate, CONNECT_TIMEOUT_MS);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(failure(target, 'HostUnreachable', networkTrouble(error), error));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      done();
    });
  });
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

function explain(target: SshTarget, pinnedType: string | undefined, error: unknown): OperatorError {
  const { level, code, message } = error as { level?: string; code?: string; message: string };
  if (level === 'client-authentication' || level === 'agent') {
    const means = target.key ? 'the key' : target.password ? 'the password' : 'every key of the SSH agent';
    return failure(target, 'AccessDenied', `sshd refused ${means} of user ${target.user}`, error);
  }
  if (/^Cannot parse privateKey|does not contain a \(valid\) private key/.test(message)) {
    return failure(target, 'AccessDenied', `the private key for ${target.user} cannot be used: ${message}`, error);
  }
  if (/no matching host key/i.test(message)) {
    return failure(
      target,
      'HostKeyMismatch',
      `the host has no key of the pinned type ${pinnedType}; compare it with: ssh-keyscan -p ${target.port} ${target.address}`,
      error,
    );
  }
  if (level === 'client-timeout') {
    return failure(
      target,
      'HostUnreachable',
      `sshd accepted the connection, but no login came about within ${CONNECT_TIMEOUT_MS / 1000} seconds`,
      error,
    );
  }
  const closed = code === 'ETIMEDOUT' || message === 'Connection lost before handshake';
  const why = closed ? 'the connection was closed during the login' : networkTrouble({ code, message });
  return failure(target, 'HostUnreachable', why, error);
}

function networkTrouble(error: { readonly code?: string | undefined; readonly message: string }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused (host starting up, or sshd not running)';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was reset';
    case 'ENOTFOUND':
      return 'the name does not resolve';
    case 'EAI_AGAIN':
      return 'the DNS server does not answer';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it (powered off, or network down)';
    case 'ETIMEDOUT':
      return 'no answer';
    default:
      return error.message;
  }
}

function unpinned(target: SshTarget): OperatorError {
  const scan = `ssh-keyscan -p ${target.port} ${target.address}`;
  return failure(
    target,
    'HostKeyMismatch',
    `the inventory pins no host key, so the machine cannot be told from another. Read its key with "${scan}", compare the fingerprint from "${scan} | ssh-keygen -lf -" with the one on the console of the host, and write the key to hosts[].ssh.hostKey`,
  );
}

function wrongKey(target: SshTarget, expected: string, seen: Buffer): OperatorError {
  const shown = `${fingerprintOf(seen)} (${typeOf(seen)})`;
  return failure(
    target,
    'HostKeyMismatch',
    `expected the host key ${expected}, but it shows ${shown}; this may be another machine. If the host was installed anew, compare the fingerprint on its console, then correct hosts[].ssh.hostKey`,
  );
}

function failure(target: SshTarget, type: FailureType, why: string, cause?: unknown): OperatorError {
  const message = `Cannot connect to ${target.name} at ${socketAddress(target)} over SSH: ${why}.`;
  return new OperatorError(type, message, {
    details: { host: target.name, address: target.address, port: target.port },
    cause,
  });
}
