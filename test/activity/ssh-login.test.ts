import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../connectors/host-key.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { failureOf } from '../support/failure.ts';
import { OTHER_KEY, TestSshd } from '../unit/connectors/ssh-server.ts';

let sshd: TestSshd;
let pool: SshPool;

beforeEach(async () => {
  sshd = await TestSshd.start();
  pool = new SshPool();
});

afterEach(async () => {
  await pool.close();
  await sshd.stop();
});

describe('the host key', () => {
  it('may be pinned by its fingerprint', async () => {
    const blob = Buffer.from((sshd.target().hostKey ?? '').split(' ')[1] ?? '', 'base64');
    const target = sshd.target({ hostKey: fingerprintOf(blob) });
    await expect(pool.run(target, { argv: ['true'] })).resolves.toMatchObject({ code: 0 });
  });

  it('that is another one is refused, naming both', async () => {
    const target = sshd.target({ hostKey: OTHER_KEY.public.trim() });
    const error = await failureOf(pool.run(target, { argv: ['true'] }));
    expect(error.type).toBe('HostKeyMismatch');
    const blob = (key: string) => fingerprintOf(Buffer.from(key.split(' ')[1] ?? '', 'base64'));
    expect(error.message).toContain(`expected the host key ${blob(OTHER_KEY.public)}`);
    expect(error.message).toContain(`shows ${blob(sshd.target().hostKey ?? '')} (ssh-ed25519)`);
    expect(sshd.commands).toEqual([]);
  });

  it('of a pinned type that the host lacks is a mismatch too', async () => {
    const ecdsa = `ecdsa-sha2-nistp256 ${'A'.repeat(80)}`;
    const error = await failureOf(pool.run(sshd.target({ hostKey: ecdsa }), { argv: ['true'] }));
    expect(error.type).toBe('HostKeyMismatch');
    expect(error.message).toContain('no key of the pinned type ecdsa-sha2-nistp256');
  });

  it('that is not pinned stops the connection before it is made', async () => {
    const error = await failureOf(pool.run(sshd.target({ hostKey: undefined }), { argv: ['true'] }));
    expect(error.type).toBe('HostKeyMismatch');
    expect(error.message).toContain('npx runbook inventory trust host1');
    expect(sshd.connections).toBe(0);
  });
});

describe('the login', () => {
  it('works with a password', async () => {
    const target = sshd.target({ key: undefined, password: { file: 'password' } });
    await expect(pool.run(target, { argv: ['true'] })).resolves.toMatchObject({ code: 0 });
  });

  it('that sshd refuses is AccessDenied, naming the account', async () => {
    const error = await failureOf(pool.run(sshd.target({ key: { file: 'wrong-key' } }), { argv: ['true'] }));
    expect(error.type).toBe('AccessDenied');
    expect(error.message).toBe(
      `Cannot connect to host1 at 127.0.0.1:${sshd.port} over SSH: sshd refused the key of user root.`,
    );
  });

  it('with a key that the passphrase does not open is AccessDenied', async () => {
    const target = sshd.target({ key: { file: 'locked-key' }, passphrase: { file: 'wrong-passphrase' } });
    const error = await failureOf(pool.run(target, { argv: ['true'] }));
    expect(error.type).toBe('AccessDenied');
    expect(error.message).toContain('cannot be used');
  });

  it('with a missing key file is SecretMissing', async () => {
    const error = await failureOf(pool.run(sshd.target({ key: { file: 'nowhere' } }), { argv: ['true'] }));
    expect(error.type).toBe('SecretMissing');
    expect(error.message).toContain(join(sshd.directory, 'nowhere'));
  });
});

describe('a host that is not there', () => {
  it('is HostUnreachable, with the address and the cause in words', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    const error = await failureOf(pool.run(sshd.target({ port }), { argv: ['true'] }));
    expect(error.type).toBe('HostUnreachable');
    expect(error.message).toContain(`host1 at 127.0.0.1:${port} over SSH: connection refused`);
  });

  it('is HostUnreachable when its name does not resolve', async () => {
    const error = await failureOf(pool.run(sshd.target({ address: 'nowhere.invalid' }), { argv: ['true'] }));
    expect(error.type).toBe('HostUnreachable');
    expect(error.message).toContain('nowhere.invalid');
  });

  it('is HostUnreachable when it closes the connection during the handshake', async () => {
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const { port } = rude.address() as { port: number };
    const error = await failureOf(pool.run(sshd.target({ port }), { argv: ['true'] }));
    expect(error.type).toBe('HostUnreachable');
    expect(error.message).toContain('closed during the login');
    rude.close();
    await once(rude, 'close');
  });
});
