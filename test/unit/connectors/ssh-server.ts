/** An sshd of the test's own: what each command does is decided by the test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import type { SshTarget } from '../../../connectors/ssh.ts';

export interface Exec {
  readonly command: string;
  readonly channel: ServerChannel;
  readonly connection: Connection;
  /** Standard input up to its end. */
  readonly stdin: Promise<Buffer>;
  /** Ends the command as sshd does. */
  finish(code: number, stdout?: string | Buffer, stderr?: string): void;
  /** Cuts the TCP connection under it. */
  cut(): void;
}

type Handler = (exec: Exec) => void | Promise<void>;

// ssh2 is CommonJS: outside of a bundler its values come by the default import only.
const { Server, utils } = ssh2;

/** One in some 250 of the keys that ssh2 1.17 generates cannot be read again, by nobody. */
function generateKey(): { private: string; public: string } {
  const pair = utils.generateKeyPairSync('ed25519');
  return utils.parseKey(pair.private) instanceof Error ? generateKey() : pair;
}

const { private: HOST_KEY, public: HOST_PUBLIC_KEY } = generateKey();
const CLIENT_KEY = generateKey();
export const OTHER_KEY = generateKey();
const LOCKED_KEY = utils.generateKeyPairSync('ed25519', {
  passphrase: 'open sesame',
  cipher: 'aes256-cbc',
  rounds: 4,
}).private;
export const PASSWORD = `it's "two" $words`;

export class TestSshd {
  readonly commands: string[] = [];
  readonly directory: string;
  handler: Handler = (exec) => exec.finish(0);
  connections = 0;
  openChannels = 0;
  mostChannels = 0;
  /** Sessions that a connection may have; more are refused as sshd refuses them. */
  maxSessions = 10;
  /** A look at the exec request before it is answered; `cut` there loses the request's answer. */
  beforeAnswer: ((cut: () => void) => void) | undefined;
  refuseExec = false;
  readonly #server: ssh2.Server;
  readonly #sockets = new Set<Socket>();

  /** With one ED25519 host key, unless private keys are given. */
  static async start(hostKeys: readonly string[] = [HOST_KEY]): Promise<TestSshd> {
    const directory = await mkdtemp(join(tmpdir(), 'sshd-'));
    await writeFile(join(directory, 'key'), `${CLIENT_KEY.private}\n`, { mode: 0o600 });
    await writeFile(join(directory, 'wrong-key'), OTHER_KEY.private, { mode: 0o600 });
    await writeFile(join(directory, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
    await writeFile(join(directory, 'locked-key'), LOCKED_KEY, { mode: 0o600 });
    await writeFile(join(directory, 'wrong-passphrase'), 'close sesame', { mode: 0o600 });
    const sshd = new TestSshd(directory, hostKeys);
    await new Promise<void>((listening) => sshd.#server.listen(0, '127.0.0.1', listening));
    return sshd;
  }

  private constructor(directory: string, hostKeys: readonly string[]) {
    this.directory = directory;
    this.#server = new Server({ hostKeys: [...hostKeys] }, (connection) => this.#serve(connection));
    // The TCP socket is what a power loss cuts; ssh2 hands out only its own layer.
    const net = (this.#server as unknown as { _srv: import('node:net').Server })._srv;
    net.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  target(change: Partial<SshTarget> = {}): SshTarget {
    return {
      name: 'host1',
      address: '127.0.0.1',
      port: this.port,
      user: 'root',
      hostKey: HOST_PUBLIC_KEY.trim(),
      key: { file: 'key' },
      directory: this.directory,
      ...change,
    };
  }

  /** Cuts all connections, as a power loss does; new ones are still taken. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
    await rm(this.directory, { recursive: true, force: true });
  }

  #serve(connection: Connection): void {
    this.connections += 1;
    const allowed = utils.parseKey(CLIENT_KEY.public);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (context.method === 'password') return context.password === PASSWORD ? context.accept() : context.reject();
      if (context.method !== 'publickey' || allowed instanceof Error) return context.reject(['publickey', 'password']);
      if (!context.key.data.equals(allowed.getPublicSSH())) return context.reject();
      if (!context.signature || !context.blob) return context.accept();
      const good = allowed.verify(context.blob, context.signature, context.hashAlgo);
      return good === true ? context.accept() : context.reject();
    });
    connection.on('session', (accept, reject) => {
      if (this.openChannels >= this.maxSessions) return reject();
      this.openChannels += 1;
      this.mostChannels = Math.max(this.mostChannels, this.openChannels);
      const session = accept();
      session.on('close', () => {
        this.openChannels -= 1;
      });
      session.on('exec', (acceptExec, rejectExec, { command }) => {
        if (this.refuseExec) return rejectExec();
        this.commands.push(command);
        if (this.beforeAnswer) return this.beforeAnswer(() => this.cutAll());
        const channel = acceptExec();
        channel.on('error', () => undefined);
        void this.handler(execOf(command, channel, connection, () => this.cutAll()));
      });
    });
  }
}

function execOf(command: string, channel: ServerChannel, connection: Connection, cut: () => void): Exec {
  const chunks: Buffer[] = [];
  const stdin = new Promise<Buffer>((done) => {
    channel.on('data', (chunk: Buffer) => chunks.push(chunk));
    channel.on('end', () => done(Buffer.concat(chunks)));
  });
  return {
    command,
    channel,
    connection,
    stdin,
    cut,
    finish: (code, stdout = '', stderr = '') => {
      if (stderr !== '') channel.stderr.write(stderr);
      channel.write(stdout, () => {
        channel.exit(code);
        channel.end();
        channel.close();
      });
    },
  };
}
