/**
 * The bmc folder: the management controller of each server, an iDRAC 9 with power and a network of its own. Whoever
 * reaches it (a worker over SSH, the fence agents of the other hosts) presses the server's buttons. It knows of the
 * server its power and nothing else. This file: what a controller is and does.
 */
import { actAs } from '../kernel/current.ts';
import type { Host } from '../kernel/host.ts';
import { sameSecret } from '../kernel/sshd.ts';
import type { Lab, RecordedEntry } from '../types.ts';

/** Virtual seconds from a button to what it does, and of an answer. */
const times = { off: 4, on: 3, cycle: 6, answer: 1 } as const;

export type Button = 'powerup' | 'powerdown' | 'powercycle' | 'hardreset' | 'graceshutdown';

/** The connection is gone before the answer came. */
export class ControllerLost extends Error {}

export class Controller {
  readonly host: Host;
  /** Out of band, beside the management network of the hosts. */
  readonly address: string;
  readonly user = 'root';
  password: string;
  /** Where its SSH listens on the worker's loopback; also what stands for that address in agents' options. */
  port: number | undefined;
  /** False: nobody answers at its address. */
  answers = true;
  /** True: it takes every command and does nothing. */
  stuck = false;
  /** True: the server has another supply, which this controller does not switch, as with a switched power strip. */
  besideAnother = false;
  /** Whether the supply that it switches is on. */
  supplies = true;
  /** Ends its SSH connections; set by whoever serves them. */
  cut: () => void = () => undefined;

  constructor(host: Host) {
    this.host = host;
    this.address = host.address.replace(/^172\.20\.32\./, '172.20.33.');
    this.password = host.lab.secrets.bmcPassword;
  }

  get target(): string {
    return `bmc:${this.host.name}`;
  }

  get on(): boolean {
    return this.host.power !== 'off' && this.supplies;
  }

  admits(user: string, password: string): boolean {
    return user === this.user && sameSecret(password, this.password);
  }

  /** Presses a button; what follows happens some seconds later, whatever becomes of who asked. */
  press(button: Button): void {
    const { host } = this;
    const { lab } = host;
    if (this.stuck) return;
    if (this.besideAnother) {
      this.#switchSupply(button);
      return;
    }
    const later = (seconds: number, work: () => void): void => {
      actAs(undefined, () =>
        lab.clock.after(seconds, () => {
          // A lab that was reset meanwhile has other hosts.
          if (lab.hosts.get(host.name) !== host) return;
          lab.changed(`${host.name}: ${button}`);
          work();
        }),
      );
    };
    switch (button) {
      case 'powerup':
        later(times.on, () => void host.powerOn());
        return;
      case 'powerdown':
        later(times.off, () => host.powerLoss());
        return;
      case 'graceshutdown':
        later(times.off, () => void host.shutDown());
        return;
      default:
        later(times.off, () => host.powerLoss());
        later(button === 'powercycle' ? times.off + times.cycle : times.off, () => void host.powerOn());
    }
  }

  /** One of two supplies: the server goes on with the other one. */
  #switchSupply(button: Button): void {
    const { lab } = this.host;
    const [seconds, supplies] = button === 'powerup' ? [times.on, true] : [times.off, button !== 'powerdown'];
    lab.clock.after(seconds, () => {
      this.supplies = supplies;
      lab.changed(`${this.host.name}: ${button} of one of two supplies`);
    });
  }

  /** Carries out what came by its shell or over IPMI, journalled and with the faults that wait for it. */
  async recorded(text: string, work: () => { text: string; exit: number }): Promise<{ text: string; exit: number }> {
    const { lab } = this.host;
    const entry = lab.record({ target: this.target, kind: 'command', text });
    const before = await this.#verdict(lab, 'before', entry);
    if (before.answer) {
      const { stdout = '', exit = 1 } = before.answer;
      entry.finish({ exit });
      return { text: stdout, exit };
    }
    await lab.clock.sleep(times.answer);
    const done = work();
    entry.finish({ exit: done.exit });
    await this.#verdict(lab, 'after', entry);
    return done;
  }

  async #verdict(lab: Lab, point: 'before' | 'after', entry: RecordedEntry) {
    const verdict = await lab.pass(point, entry);
    if (verdict.hang) await new Promise(() => undefined);
    if (verdict.drop) {
      this.cut();
      throw new ControllerLost();
    }
    return verdict;
  }
}

const KEY = 'bmc';

export function controllers(lab: Lab): Map<string, Controller> {
  const known = lab.kept.get(KEY) as Map<string, Controller> | undefined;
  if (known) return known;
  const made = new Map<string, Controller>();
  lab.kept.set(KEY, made);
  return made;
}

/** The controller that a host reaches at an address and, on the worker's loopback, at a port. */
export function controllerAt(lab: Lab, address: string, port: number | undefined): Controller | undefined {
  const loopback = address === '127.0.0.1' || address === 'localhost';
  return [...controllers(lab).values()].find((one) =>
    loopback ? port !== undefined && one.port === port : one.address === address,
  );
}
