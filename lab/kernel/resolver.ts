/** Name resolution of a host: /etc/hosts first, as nsswitch says, then the servers of /etc/resolv.conf. */
import type { LabHost } from '../types.ts';
import { isAddress } from './network.ts';

export class Resolver {
  readonly #host: LabHost;

  constructor(host: LabHost) {
    this.#host = host;
  }

  /** /etc/hosts first, then the servers of /etc/resolv.conf. */
  resolve(name: string): readonly string[] {
    if (isAddress(name)) return [name];
    const local = this.#hostsFile().filter(({ names }) => names.includes(name.toLowerCase()));
    if (local.length > 0) return local.map(({ address }) => address);
    return this.queryDns(name) ?? [];
  }

  /** The zone's answer as dig and host see it; undefined: no server answers. */
  queryDns(name: string): string[] | undefined {
    if (!this.#serversAnswer()) return undefined;
    const full = name.replace(/\.$/, '').toLowerCase();
    const found = this.#host.lab.dns.forward.get(full);
    if (found || full.includes('.')) return found ?? this.#outside(full);
    const search = /^search\s+(\S+)/m.exec(this.#file('/etc/resolv.conf'))?.[1];
    return (search === undefined ? undefined : this.#host.lab.dns.forward.get(`${full}.${search}`)) ?? [];
  }

  queryReverse(address: string): string | undefined | 'timeout' {
    return this.#serversAnswer() ? this.#host.lab.dns.reverse.get(address) : 'timeout';
  }

  reverse(address: string): string | undefined {
    const local = this.#hostsFile().find((line) => line.address === address);
    if (local) return local.names[0];
    const found = this.queryReverse(address);
    return found === 'timeout' ? undefined : found;
  }

  /** The name that a look-up answers with: the first of its line in /etc/hosts, else the full name in the zone. */
  canonicalName(name: string): string {
    const local = this.#hostsFile().find(({ names }) => names.includes(name.toLowerCase()));
    if (local) return local.names.join(' ');
    if (name.includes('.')) return name.replace(/\.$/, '');
    const search = /^search\s+(\S+)/m.exec(this.#file('/etc/resolv.conf'))?.[1];
    return search === undefined ? name : `${name}.${search}`;
  }

  /** Names beyond the zone, which its servers look up for their clients: those of the yum mirrors. */
  #outside(name: string): string[] {
    const { mirrors, rpmFiles } = this.#host.lab;
    const names = [...new Set([...mirrors.keys(), ...rpmFiles.keys()].map((url) => new URL(url).hostname))];
    const index = names.indexOf(name);
    return index < 0 ? [] : [`198.51.100.${index + 1}`];
  }

  #serversAnswer(): boolean {
    if (!this.#host.lab.dns.answering) return false;
    const servers = [...this.#file('/etc/resolv.conf').matchAll(/^nameserver\s+(\S+)/gm)].map(
      (match) => match[1] ?? '',
    );
    return servers.some((server) => this.#host.network.reachable(server));
  }

  #hostsFile(): { address: string; names: string[] }[] {
    return this.#file('/etc/hosts')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/))
      .filter((parts) => parts.length > 1)
      .map(([address = '', ...names]) => ({ address, names }));
  }

  #file(path: string): string {
    return this.#host.fs.exists(path) ? this.#host.fs.read(path) : '';
  }
}
