/** sshd of a host: real SSH on a loopback port, sessions that run the login shell in the simulated host. */
import { timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import type { Power } from '../types.ts';
import type { Host } from './host.ts';
import { serveSession } from './session.ts';
import { SshListener } from './ssh-listener.ts';

const { utils } = ssh2;
/** OpenSSH's default; a client that multiplexes more sessions on one connection is refused. */
const maxSessions = 10;

export class SshDaemon {
  readonly host: Host;
  readonly #key: ParsedKey;
  readonly #listener: SshListener;

  readonly #follow = (power: Power): void => {
    if (power === 'on') void this.listen(this.port);
    else this.#listener.shut();
  };

  constructor(options: { host: Host; hostKey: string; clientKey: string }) {
    this.host = options.host;
    const key = utils.parseKey(options.clientKey);
    if (key instanceof Error) throw key;
    this.#key = key;
    this.#listener = new SshListener({
      hostKey: options.hostKey,
      ident: 'OpenSSH_7.4',
      serve: (connection) => this.#serve(connection),
    });
    this.host.onPower.add(this.#follow);
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Listens on the port (0: a free one, kept from then on). */
  async listen(port: number): Promise<void> {
    if (this.host.power === 'on') await this.#listener.listen(port);
  }

  /** The same for a machine that may be off: the port is its own from now on, and refuses until it is on. */
  async reserve(port: number): Promise<void> {
    await this.#listener.listen(port);
    if (this.host.power !== 'on') this.#listener.shut();
  }

  /** Ends every connection as a lost link does; what the sessions started goes on. */
  cut(): void {
    this.#listener.cut();
  }

  /** For good: a host that boots later, left over from a datacentre that is no more, does not take its port again. */
  async close(): Promise<void> {
    this.host.onPower.delete(this.#follow);
    await this.#listener.close();
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
      return account.password !== undefined && sameSecret(context.password, account.password);
    if (context.method !== 'publickey') return false;
    const allowed = this.#key;
    if (context.key.algo !== allowed.type || !sameSecret(context.key.data, allowed.getPublicSSH())) return false;
    return (
      !context.signature || !context.blob || allowed.verify(context.blob, context.signature, context.hashAlgo) === true
    );
  }
}

/** Compares without telling by its time how much is right. */
export function sameSecret(left: string | Buffer, right: string | Buffer): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
