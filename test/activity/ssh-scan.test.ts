import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePin } from '../../connectors/host-key.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { scanHostKeys } from '../../connectors/ssh-scan.ts';
import { until } from '../support/until.ts';
import { TestSshd } from '../unit/connectors/ssh-server.ts';

const { utils } = ssh2;
const never = new AbortController().signal;
let sshd: TestSshd | undefined;

afterEach(async () => {
  await sshd?.stop();
  sshd = undefined;
});

const place = (port: number) => ({ name: 'host1', address: '127.0.0.1', port });

describe('the host keys of an sshd', () => {
  it('are shown in all their types, the preferred one first, without a login', async () => {
    const rsa = utils.generateKeyPairSync('rsa', { bits: 2048 });
    const ecdsa = utils.generateKeyPairSync('ecdsa', { bits: 384 });
    sshd = await TestSshd.start([rsa.private, ecdsa.private]);
    const keys = await scanHostKeys(place(sshd.port), never);
    const publicOf = (key: string) => key.trim().split(' ').slice(0, 2).join(' ');
    expect(keys.map(({ type, hostKey }) => [type, hostKey])).toEqual([
      ['ecdsa-sha2-nistp384', publicOf(ecdsa.public)],
      ['ssh-rsa', publicOf(rsa.public)],
    ]);
    for (const { hostKey, fingerprint } of keys) expect(parsePin(hostKey).fingerprint).toBe(fingerprint);
    await until(() => sshd?.openSockets === 0);
    expect(sshd.commands).toEqual([]);

    // What was shown can be pinned, each type.
    const pool = new SshPool();
    try {
      for (const { hostKey } of keys) {
        await expect(pool.run(sshd.target({ hostKey }), { argv: ['true'] })).resolves.toMatchObject({ code: 0 });
      }
    } finally {
      await pool.close();
    }
  });

  it('have the fingerprint that ssh-keygen prints', async () => {
    sshd = await TestSshd.start();
    const [key] = await scanHostKeys(place(sshd.port), never);
    const printed = execFileSync('ssh-keygen', ['-lf', '-'], { input: `${key?.hostKey}\n`, encoding: 'utf8' });
    expect(printed.split(' ')[1]).toBe(key?.fingerprint);
  });

  it('of a port where nobody listens: unreachable, naming the place', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    await expect(scanHostKeys(place(port), never)).rejects.toMatchObject({
      type: 'HostUnreachable',
      message: expect.stringContaining(`host1 at 127.0.0.1:${port} over SSH: connection refused`),
    });
  });

  it('of something that is no sshd: unreachable, and the connection ends', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    try {
      const { port } = server.address() as { port: number };
      await expect(scanHostKeys(place(port), never)).rejects.toMatchObject({ type: 'HostUnreachable' });
    } finally {
      server.close();
      await once(server, 'close');
    }
  });
});
