import type { LabHost, NetInterface } from '../../types.ts';
import type { Console } from './console.ts';

const FQDN = /^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$/;
const IP = /^\d+\.\d+\.\d+\.\d+$/;

export interface NameRules {
  readonly dns?: boolean;
  readonly reverse?: boolean;
  readonly localNonLoopback?: boolean;
  readonly notLocal?: string;
}

/** What is wrong with a host name as seen from this host; undefined when it will do. */
export function nameComplaint(host: LabHost, name: string, rules: NameRules, console: Console): string | undefined {
  const why = reason(host, name, rules, console);
  return why === undefined ? undefined : `Host name is not valid: ${why}`;
}

function reason(host: LabHost, name: string, rules: NameRules, console: Console): string | undefined {
  if (IP.test(name)) {
    return `${name} is an IP address and not a FQDN. A FQDN is needed to be able to generate certificates correctly.`;
  }
  if (name === '') return 'Please specify host FQDN';
  if (name.length > 1000) return 'FQDN has invalid length';
  if (!name.includes('.')) console.warning(`Host name ${name} has no domain suffix`);
  if (!FQDN.test(name)) return `Host name ${name} is not valid`;
  const addresses = host.resolve(name);
  const list = addresses.join(' ');
  if (addresses.length === 0) return `${name} did not resolve into an IP address`;
  if (rules.dns) {
    const { dns } = host.lab;
    if (!dns.answering || !dns.forward.has(name)) {
      console.warning(`Failed to resolve ${name} using DNS, it can be resolved only locally`);
    } else if (rules.reverse && !addresses.some((a) => dns.reverse.get(a)?.toLowerCase() === name.toLowerCase())) {
      return `The following addresses: ${list} did not reverse resolve into ${name}`;
    }
  }
  const local = host.network.addresses().filter((a) => !a.startsWith('127.'));
  if (rules.localNonLoopback && !addresses.every((a) => local.includes(a))) {
    return `${name} resolves to ${list} and not all of them can be mapped to non loopback devices on this host`;
  }
  if (rules.notLocal !== undefined && addresses.some((a) => host.network.addresses().includes(a))) {
    return `${name} resolves to ${list}, and at least one of them is locally used on this machine. ${rules.notLocal}`;
  }
  return undefined;
}

export function defaultGateway(host: LabHost): string | undefined {
  const route = host.network.routes.find((r) => r.destination === 'default' || r.destination === '0.0.0.0/0');
  return route?.via;
}

/** Interfaces on which the management bridge could be set. */
export function bridgeCandidates(host: LabHost): NetInterface[] {
  return [...host.network.interfaces.values()].filter((nic) => {
    if (!['nic', 'bond', 'vlan'].includes(nic.kind) || !nic.up || nic.master !== undefined) return false;
    return nic.kind !== 'bond' || /^bond\d+$/.test(nic.name);
  });
}

const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

export function sameSubnet(a: string, b: string, prefix: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(number(a) / size) === Math.floor(number(b) / size);
}

/** Memory the setup counts as available, in MB: free, buffers and cache, less what is reserved for the host. */
export function availableMemoryMb(host: LabHost): number {
  return Math.floor((host.memory.total - host.memory.used) / 1024 / 1024) - 512;
}
