import { quote } from '../../../connectors/quote.ts';
import { parseAddresses, parseNames } from '../../host/parse/names.ts';
import type { Read, ReadResult } from '../../host/read-all.ts';
import type { CheckInput, Verdict } from './checks.ts';

export interface ResolvedName {
  readonly addresses: readonly string[];
  /** By address: what the reverse entry says. */
  readonly reverse: ReadonlyMap<string, readonly string[]>;
}

type NameReads = 'engineName' | 'engineReverse' | 'fqdn' | 'fqdnReverse' | 'self' | 'selfReverse';

/** getent, not dig: the deployment and its tools see /etc/hosts too. */
export function nameReads(engine: string, host: string): Record<NameReads, Read> {
  const forward = (name: string) => `getent ahostsv4 ${name}`;
  const reverse = (name: string) =>
    `for a in $(${forward(name)} | awk '{print $1}' | sort -u); do getent hosts "$a"; done`;
  const self = '"$(hostname -f)"';
  return {
    engineName: forward(quote(engine)),
    engineReverse: reverse(quote(engine)),
    fqdn: forward(quote(host)),
    fqdnReverse: reverse(quote(host)),
    self: forward(self),
    selfReverse: reverse(self),
  };
}

export interface ResolvedNames {
  readonly engine: ResolvedName;
  readonly fqdn: ResolvedName;
  readonly self: ResolvedName;
}

export function parseResolved(answers: Record<NameReads, ReadResult>): ResolvedNames {
  const pair = (forward: ReadResult, reverse: ReadResult): ResolvedName => {
    const addresses = parseAddresses(forward.text);
    return { addresses, reverse: new Map(addresses.map((address) => [address, parseNames(reverse.text, address)])) };
  };
  return {
    engine: pair(answers.engineName, answers.engineReverse),
    fqdn: pair(answers.fqdn, answers.fqdnReverse),
    self: pair(answers.self, answers.selfReverse),
  };
}

/** Forward and reverse names of engine and host, as the host sees them. */
export function checkNames({ facts, wish, inventory, host }: CheckInput, verdict: Verdict): void {
  const { names, addresses, hostName } = facts;
  const own = new Set(addresses.map(({ address }) => address));
  const wished = inventory.engine.address?.split('/')[0];

  verdict.seen(`${wish.fqdn} resolves to ${names.engine.addresses.join(', ') || 'nothing'} on ${host.name}`);
  verdict.demand(
    names.engine.addresses.length > 0,
    `the engine's name ${wish.fqdn} does not resolve on ${host.name}`,
    `Add ${wish.fqdn}${wished === undefined ? '' : ` with address ${wished}`} to the DNS that ${host.name} asks`,
  );
  verdict.demand(
    !names.engine.addresses.some((address) => own.has(address)),
    `the engine's name ${wish.fqdn} resolves to an address of ${host.name} itself`,
    'Give the engine VM an address of its own in the DNS and in /etc/hosts',
  );
  if (wished !== undefined && names.engine.addresses.length > 0) {
    verdict.demand(
      names.engine.addresses.includes(wished),
      `the engine's name ${wish.fqdn} resolves to ${names.engine.addresses.join(', ')}, but engine.address is ${wished}`,
      'Correct the DNS entry, or engine.address in the inventory',
    );
  }
  checkReverse(wish.fqdn, names.engine, verdict);

  verdict.seen(`hostname -f says ${hostName}, which resolves to ${names.self.addresses.join(', ') || 'nothing'}`);
  verdict.demand(
    /^(?!localhost(\.localdomain)?$)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(hostName),
    `hostname -f on ${host.name} says "${hostName}", which is no fully qualified name`,
    `hostnamectl set-hostname ${host.fqdn}`,
  );
  verdict.demand(
    hostName === host.fqdn.toLowerCase(),
    `${host.name} calls itself ${hostName}, but the inventory calls it ${host.fqdn}`,
    'Correct the host name or hosts[].fqdn in the inventory; this may be the wrong machine',
  );
  verdict.demand(
    names.self.addresses.length > 0,
    `the host's name ${hostName} does not resolve on ${host.name}`,
    `Add ${hostName} to the DNS that ${host.name} asks`,
  );
  checkReverse(hostName, names.self, verdict);
}

function checkReverse(name: string, { addresses, reverse }: ResolvedName, verdict: Verdict): void {
  for (const address of addresses) {
    const found = reverse.get(address) ?? [];
    verdict.demand(
      found.includes(name),
      found.length === 0
        ? `address ${address} of ${name} has no reverse entry`
        : `address ${address} of ${name} resolves back to ${found.join(', ')}`,
      `Add a PTR record for ${address} that names ${name}`,
    );
  }
}
