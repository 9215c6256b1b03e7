export interface InterfaceAddress {
  readonly device: string;
  readonly address: string;
  readonly prefix: number;
}

/** `ip -o addr`, IPv4 only: EL7's ip prints no JSON. */
export function parseAddressList(text: string): readonly InterfaceAddress[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:\s+([^\s@:]+)(?:@\S+)?:?\s+inet\s+([\d.]+)\/(\d+)\s/.exec(line);
    if (match === null) return [];
    const [, device = '', address = '', prefix = '0'] = match;
    return [{ device, address, prefix: Number(prefix) }];
  });
}

export interface Link {
  readonly device: string;
  /** Bridge or bond that it belongs to. */
  readonly master?: string;
  readonly mtu?: number;
}

/** `ip -o link`. */
export function parseLinks(text: string): readonly Link[] {
  return text.split('\n').flatMap((line) => {
    const device = /^\d+:\s+([^\s@:]+)(?:@\S+)?:\s/.exec(line)?.[1];
    if (device === undefined) return [];
    const master = /\smaster (\S+)/.exec(line)?.[1];
    const mtu = /\smtu (\d+)/.exec(line)?.[1];
    return [{ device, ...(master !== undefined && { master }), ...(mtu !== undefined && { mtu: Number(mtu) }) }];
  });
}

export interface DefaultRoute {
  readonly gateway: string;
  readonly device: string;
}

/** `ip route`: the default route with the smallest metric. */
export function parseDefaultRoute(text: string): DefaultRoute | undefined {
  const routes = text.split('\n').flatMap((line) => {
    const match = /^default via ([\d.]+) dev (\S+)/.exec(line.trim());
    if (match === null) return [];
    const metric = Number(/\bmetric (\d+)/.exec(line)?.[1] ?? 0);
    return [{ gateway: match[1] ?? '', device: match[2] ?? '', metric }];
  });
  routes.sort((a, b) => a.metric - b.metric);
  const [first] = routes;
  return first && { gateway: first.gateway, device: first.device };
}

/** Whether an IPv4 address lies in the network of another one with its prefix length. */
export function inNetwork(address: string, of: string, prefix: number): boolean {
  const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
  return (toNumber(address) & mask) >>> 0 === (toNumber(of) & mask) >>> 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
