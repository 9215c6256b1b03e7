/**
 * Moving images: the daemon on each host (54322 in the real world), the proxy on the engine machine (54323), both over
 * TLS with certificates of the engine's CA. In the lab each has a loopback port of its own, kept for the lab's life;
 * transfers name it in their addresses. Where nothing listens in the simulated world connections are reset.
 * daemon.ts the daemon's life on a host, tickets.ts what opens an image, image-file.ts its bytes, images.ts its API,
 * proxy.ts the engine's side, port.ts how a port is served.
 * This file: all the ports of a lab.
 */
import type { Lab } from '../types.ts';
import type { Daemon } from './daemon.ts';
import { daemonOn, listen } from './daemon.ts';
import { serveImages } from './images.ts';
import { Port } from './port.ts';
import type { ImageProxy } from './proxy.ts';

const PORTS = 'imageio-ports.json';
/** The proxy's name among the ports; no host has it. */
const PROXY = 'proxy';

const open = new WeakMap<Lab, ImagePorts>();
/** The ports of a lab; undefined while its engine is not served. */
export const imagePorts = (lab: Lab): ImagePorts | undefined => open.get(lab);

export class ImagePorts {
  readonly proxy: ImageProxy;
  readonly #lab: Lab;
  readonly #ports = new Map<string, Port>();

  private constructor(lab: Lab, proxy: ImageProxy) {
    this.#lab = lab;
    this.proxy = proxy;
  }

  /** Opens the proxy's port and those of the daemons that run; a daemon that starts later opens its own. */
  static async open(lab: Lab, proxy: ImageProxy): Promise<ImagePorts> {
    const ports = new ImagePorts(lab, proxy);
    const port = new Port(lab, 'the proxy', proxy.present, proxy.serve);
    port.show(proxy.identity);
    await ports.#add(PROXY, port);
    listen(lab, {
      started: (daemon) => ports.#started(daemon),
      ended: (daemon) => ports.#ports.get(daemon.host.name)?.cut(),
    });
    for (const host of lab.hosts.values()) {
      const daemon = daemonOn(host);
      if (daemon) await ports.#started(daemon);
    }
    open.set(lab, ports);
    return ports;
  }

  #address(name: string): string | undefined {
    const port = this.#ports.get(name);
    return port && `https://127.0.0.1:${port.number}`;
  }

  /** Where clients find a host's daemon. */
  daemon(host: { readonly name: string }): string | undefined {
    return this.#address(host.name);
  }

  /** Where clients find the proxy. */
  get proxyUrl(): string | undefined {
    return this.#address(PROXY);
  }

  /** Ends every connection to any of them. */
  cut(): void {
    for (const port of this.#ports.values()) port.cut();
  }

  async close(): Promise<void> {
    open.delete(this.#lab);
    for (const port of this.#ports.values()) await port.close();
    this.#ports.clear();
  }

  /** On the number that it had before when it had one. */
  async #add(name: string, port: Port): Promise<void> {
    const { store } = this.#lab;
    const known = JSON.parse(store.read(PORTS) ?? '{}') as Record<string, number>;
    await port.listen(known[name] ?? 0);
    this.#ports.set(name, port);
    store.write(PORTS, `${JSON.stringify({ ...known, [name]: port.number }, null, 2)}\n`);
  }

  async #started(daemon: Daemon): Promise<void> {
    const { name } = daemon.host;
    const known = this.#ports.get(name);
    if (known) {
      known.show(daemon.identity);
      return;
    }
    const current = (): Daemon | undefined => {
      const host = this.#lab.hosts.get(name);
      return host && daemonOn(host);
    };
    const port = new Port(
      this.#lab,
      name,
      () => current() !== undefined,
      ({ request, url, body }) =>
        serveImages(
          { daemon: current() ?? daemon, request, query: url.searchParams, body },
          decodeURIComponent(url.pathname),
        ),
    );
    port.show(daemon.identity);
    await this.#add(name, port);
  }
}
