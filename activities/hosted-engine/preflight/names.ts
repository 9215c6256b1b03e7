import type { CheckInput, Verdict } from './checks.ts';
import type { ResolvedName } from './name-reads.ts';

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

  // EL7's hostname -f asks the DNS too: without an answer it ends with an error and gives no name.
  if (hostName === '') {
    verdict.demand(
      false,
      `hostname -f on ${host.name} gives no name: ${host.fqdn} resolves to ${names.fqdn.addresses.join(', ') || 'nothing'} there`,
      `Let ${host.fqdn} resolve on ${host.name} (look at /etc/resolv.conf and its servers), and see that hostname says it`,
    );
    return;
  }
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
