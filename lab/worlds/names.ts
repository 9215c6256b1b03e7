import type { World } from '../types.ts';
import { hostOf } from './target.ts';

export const nameWorlds: Readonly<Record<string, World>> = {
  /** The name servers do not answer. */
  'dns-broken': (lab) => {
    lab.dns.answering = false;
  },
  /** The host's address has no name in the reverse zone. */
  'dns-reverse-missing': (lab, target) => {
    lab.dns.reverse.delete(hostOf(lab, target).address);
  },
  /** The host's name leads to an address on another of its NICs. */
  'hostname-wrong-nic': (lab, target) => {
    const host = hostOf(lab, target);
    const last = host.address.split('.').at(-1) ?? '11';
    const address = `10.20.30.${last}`;
    const nic = host.network.interfaces.get('em2');
    if (!nic) throw new Error(`${host.name} has no em2`);
    nic.up = true;
    nic.carrier = true;
    nic.addresses = [{ address, prefix: 24 }];
    host.network.routes.push({ destination: '10.20.30.0/24', device: 'em2', metric: 101 });
    lab.dns.forward.set(host.fqdn, [address]);
    lab.dns.reverse.set(address, host.fqdn);
  },
};
