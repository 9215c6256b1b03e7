/** SSH of a controller: real SSH on a loopback port, with a password only; racadm by exec or in its shell. */
import type { AuthContext, Connection, ServerChannel } from 'ssh2';
import { SshListener } from '../kernel/ssh-listener.ts';
import { type Controller, ControllerLost } from './controller.ts';
import { racadm } from './racadm.ts';

/** Firmware 3.x; that of 4.x says `racadm>>`. */
export const PROMPT = '/admin1-> ';

export class ControllerDaemon {
  readonly #controller: Controller;
  readonly #listener: SshListener;

  constructor(controller: Controller, hostKey: string) {
    this.#controller = controller;
    this.#listener = new SshListener({ hostKey, ident: 'OpenSSH_7.9', serve: (connection) => this.#serve(connection) });
    controller.cut = () => this.#listener.cut();
  }

  get port(): number {
    return this.#listener.port;
  }

  async listen(port: number): Promise<void> {
    await this.#listener.listen(port);
    this.#controller.port = this.#listener.port;
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  #serve(connection: Connection): void {
    const controller = this.#controller;
    connection.on('error', () => undefined);
    if (!controller.answers) {
      this.#listener.cut();
      return;
    }
    connection.on('authentication', (context: AuthContext) => {
      if (context.method === 'password' && controller.admits(context.username, context.password)) context.accept();
      else context.reject(['password']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (agree) => agree?.());
      session.on('exec', (agree, _reject, info) => void this.#exec(agree(), info.command));
      session.on('shell', (agree) => this.#shell(agree()));
    });
  }

  async #exec(channel: ServerChannel, command: string): Promise<void> {
    channel.on('error', () => undefined);
    const answer = await this.#answer(command);
    if (!answer || !channel.writable) return;
    channel.write(answer.text);
    channel.exit(answer.exit);
    channel.end();
  }

  #shell(channel: ServerChannel): void {
    channel.on('error', () => undefined);
    let typed = '';
    let work = Promise.resolve();
    const write = (text: string): void => {
      if (channel.writable) channel.write(text.replace(/\r?\n/g, '\r\n'));
    };
    const enter = async (line: string): Promise<void> => {
      if (/^(exit|quit)\s*$/.test(line.trim())) {
        write('CLP Session terminated\n');
        channel.exit(0);
        channel.end();
        return;
      }
      const answer = await this.#answer(line);
      if (answer) write(`${answer.text}${PROMPT}`);
    };
    write(PROMPT);
    channel.on('data', (data: Buffer) => {
      for (const letter of data.toString('utf8').replace(/\r\n/g, '\n')) {
        if (letter !== '\r' && letter !== '\n') {
          typed += letter;
          write(letter);
          continue;
        }
        const line = typed;
        typed = '';
        write('\n');
        work = work.then(() => enter(line));
      }
    });
    channel.on('end', () => channel.end());
  }

  async #answer(line: string): Promise<{ text: string; exit: number } | undefined> {
    if (line.trim() === '') return { text: '', exit: 0 };
    try {
      return await racadm(this.#controller, line.trim());
    } catch (error) {
      if (error instanceof ControllerLost) return undefined;
      throw error;
    }
  }
}
