import type { Command, Lab, LabHost, LabProcess } from '../types.ts';
import type { Ticket, TicketSpec } from './tickets.ts';
import { Ticket as LiveTicket } from './tickets.ts';
import type { Ways } from './ways.ts';
import { waysOf } from './ways.ts';

const pki = { certificate: '/etc/pki/vdsm/certs/vdsmcert.pem', key: '/etc/pki/vdsm/keys/vdsmkey.pem' };
const KEY = 'imageio-daemon';

/** One life of the image daemon on a host: its tickets are in its memory and end with it. */
export class Daemon {
  readonly host: LabHost;
  readonly ways: Ways;
  readonly process: LabProcess;
  /** What it shows to clients, as it lay on the host when the daemon started. */
  readonly identity: { readonly key: string; readonly cert: string };
  readonly tickets = new Map<string, Ticket>();
  /** Bytes after which it dies under its client. */
  #untilDeath: number | undefined;

  constructor(host: LabHost, process: LabProcess) {
    this.host = host;
    this.process = process;
    this.ways = waysOf(host.lab);
    this.identity = { key: host.fs.read(pki.key), cert: host.fs.read(pki.certificate) };
  }

  add(spec: TicketSpec): void {
    this.tickets.set(spec.id, new LiveTicket(this.host.lab, spec));
  }

  /** Lets it die at once, or as soon as clients have written so many more bytes. */
  dieAfter(bytes: number): void {
    this.#untilDeath = bytes;
    this.moved(0);
  }

  moved(bytes: number): void {
    if (this.#untilDeath === undefined) return;
    this.#untilDeath -= bytes;
    if (this.#untilDeath <= 0) this.process.kill('SIGKILL');
  }
}

/** The daemon that runs on a host; undefined when none does. */
export const daemonOn = (host: LabHost): Daemon | undefined => host.volatile.get(KEY) as Daemon | undefined;

/** Whoever serves the daemons' port to clients outside the lab. */
export interface DaemonListener {
  started(daemon: Daemon): Promise<void>;
  ended(daemon: Daemon): void;
}

const listeners = new WeakMap<Lab, DaemonListener>();
export const listen = (lab: Lab, listener: DaemonListener): void => void listeners.set(lab, listener);

/** The program behind the unit. */
export const imageioDaemon: Command = async (ctx) => {
  const { host, lab } = ctx;
  if (!host.fs.exists(pki.certificate) || !host.fs.exists(pki.key)) {
    ctx.err("IOError: [Errno 2] No such file or directory: '/etc/pki/vdsm/keys/vdsmkey.pem'\n");
    return 1;
  }
  await ctx.sleep(1);
  const daemon = new Daemon(host, ctx.process);
  host.volatile.set(KEY, daemon);
  try {
    await listeners.get(lab)?.started(daemon);
    ctx.ready();
    return await ctx.untilSignalled();
  } finally {
    if (daemonOn(host) === daemon) host.volatile.delete(KEY);
    listeners.get(lab)?.ended(daemon);
  }
};
