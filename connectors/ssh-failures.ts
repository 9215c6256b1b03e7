/** Why no SSH connection came about, in the operator's words and with the next move. */
import { OperatorError } from '../failures/operator-error.ts';
import type { FailureType } from '../failures/table.ts';
import { fingerprintOf, typeOf } from './host-key.ts';
import { type SshPlace, type SshTarget, socketAddress } from './ssh-target.ts';

/** For the TCP connection, and once more for the login. */
export const CONNECT_TIMEOUT_MS = 10_000;

export function explain(target: SshTarget, pinnedType: string | undefined, error: unknown): OperatorError {
  const { level, message } = error as { level?: string; message: string };
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
      `the host has no key of the pinned type ${pinnedType}; see those that it has: npx runbook inventory trust ${target.name}`,
      error,
    );
  }
  return handshakeFailure(target, error);
}

/** Between the TCP connection and the login. */
export function handshakeFailure(target: SshPlace, error: unknown): OperatorError {
  const { level, code, message } = error as { level?: string; code?: string; message: string };
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

export function networkTrouble(error: { readonly code?: string | undefined; readonly message: string }): string {
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

export function unpinned(target: SshPlace): OperatorError {
  return failure(
    target,
    'HostKeyMismatch',
    `the inventory pins no host key, so the machine cannot be told from another. See its keys, compare one with the console of the host and pin it: npx runbook inventory trust ${target.name}`,
  );
}

export function wrongKey(target: SshPlace, expected: string, seen: Buffer): OperatorError {
  const shown = `${fingerprintOf(seen)} (${typeOf(seen)})`;
  return failure(
    target,
    'HostKeyMismatch',
    `expected the host key ${expected}, but it shows ${shown}; this may be another machine. If the host was installed anew, compare the fingerprint on its console, then: npx runbook inventory trust ${target.name} --replace`,
  );
}

export function failure(target: SshPlace, type: FailureType, why: string, cause?: unknown): OperatorError {
  const message = `Cannot connect to ${target.name} at ${socketAddress(target)} over SSH: ${why}.`;
  return new OperatorError(type, message, {
    details: { host: target.name, address: target.address, port: target.port },
    cause,
  });
}
