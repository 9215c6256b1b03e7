/** A real SSH server on a loopback port, which comes and goes on that port; who is let in is up to its user. */
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server as TcpServer } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import { listen } from './listen.ts';

const { Server } = ssh2;

export class SshListener {
  readonly #server: InstanceType<typeof Server>;
  readonly #sockets = new Set<Socket>();
  #listener: TcpServer | undefined;
  port = 0;

  constructor(options: { hostKey: string; ident: string; serve: (connection: Connection) => void }) {
    const { hostKey, ident, serve } = options;
    this.#server = new Server({ hostKeys: [hostKey], ident, keepaliveInterval: 0 }, serve);
  }

  /** Listens on the port (0: a free one, kept from then on). */
  async listen(port: number): Promise<void> {
    if (this.#listener) return;
    const listener = createServer({ noDelay: true }, (socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.#server.injectSocket(socket);
    });
    this.#listener = listener;
    await listen(listener, port);
    // Shut while it waited for its port.
    if (this.#listener !== listener) return void listener.close();
    this.port = (listener.address() as AddressInfo).port;
  }

  /** Ends every connection as a lost link does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Refuses from now on, and ends every connection. */
  shut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.cut();
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    this.shut();
    if (listener?.listening) await new Promise<void>((resolve) => listener.close(() => resolve()));
  }
}
