/** sshd of a host: real SSH on a loopback port, sessions that run the login shell in the simulated host. */
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server as TcpServer } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import type { Host } from './host.ts';
import { serveSession } from './session.ts';

const { Server, utils } = ssh2;
type SshServer = InstanceType<typeof Server>;
/** OpenSSH's default; a client that multiplexes more sessions on one connection is refused. */
const maxSessions = 10;

export class SshDaemon {
  readonly host: Host;
  readonly #server: SshServer;
  readonly #key: ParsedKey;
  readonly #sockets = new Set<Socket>();
  #listener: TcpServer | undefined;
  port = 0;

  constructor(options: { host: Host; hostKey: string; clientKey: string }) {
    this.host = options.host;
    const key = utils.parseKey(options.clientKey);
    if (key instanceof Error) throw key;
    this.#key = key;
    this.#server = new Server(
      { hostKeys: [options.hostKey], ident: 'OpenSSH_7.4', keepaliveInterval: 0 },
      (connection) => this.#serve(connection),
    );
    this.host.onPower.add((power) => {
      if (power === 'on') void this.listen(this.port);
      else this.#shut();
    });
  }

  /** Listens on the port (0: a free one, kept from then on). */
  async listen(port: number): Promise<void> {
    if (this.#listener || this.host.power !== 'on') return;
    const listener = createServer({ noDelay: true }, (socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.#server.injectSocket(socket);
    });
    this.#listener = listener;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', () => resolve());
    });
    this.port = (listener.address() as AddressInfo).port;
  }

  /** Ends every connection as a lost link does; what the sessions started goes on. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    this.#shut();
    if (listener?.listening) await new Promise<void>((resolve) => listener.close(() => resolve()));
  }

  #shut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.cut();
  }

  #serve(connection: Connection): void {
    let user = 'root';
    let sessions = 0;
    connection.on('error', () => undefined);
    const lost = new Promise<void>((resolve) => {
      connection.on('close', resolve);
    });
    connection.on('authentication', (context) => {
      if (!this.#accepts(context)) {
        context.reject(['publickey', 'password']);
        return;
      }
      user = context.username;
      context.accept();
    });
    connection.on('session', (accept, reject) => {
      if (sessions >= maxSessions) {
        reject();
        return;
      }
      sessions += 1;
      const session = accept();
      session.on('close', () => {
        sessions -= 1;
      });
      serveSession(this.host, session, { user, cut: () => this.cut(), lost });
    });
  }

  #accepts(context: AuthContext): boolean {
    const account = this.host.users.get(context.username);
    if (!account) return false;
    if (context.method === 'password')
      return account.password !== undefined && same(context.password, account.password);
    if (context.method !== 'publickey') return false;
    const allowed = this.#key;
    if (context.key.algo !== allowed.type || !same(context.key.data, allowed.getPublicSSH())) return false;
    return (
      !context.signature || !context.blob || allowed.verify(context.blob, context.signature, context.hashAlgo) === true
    );
  }
}

function same(left: string | Buffer, right: string | Buffer): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
