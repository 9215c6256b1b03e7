/** Whether Temporal or a worker lives where a runbook would end it: in the engine VM, or on a host that it operates. */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { Inventory } from '../../inventory/schema.ts';
import { type Finding, ok, problem } from './finding.ts';

/** The engine VM or a host, by whatever it can be recognised. */
export interface Operated {
  /** "the engine VM", "host1". */
  readonly what: string;
  /** In small letters. */
  readonly names: readonly string[];
  /** Without those of loopback: they are everybody's. */
  readonly addresses: readonly string[];
  /** Differs on every running kernel, whatever its addresses are; containers share their host's. */
  readonly bootId?: string;
}

export interface Place {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly bootId?: string;
}

const WHY = 'a deployment, reboot or clean-up would end what is to see it through';
const MOVE = 'Move it to a machine that no runbook operates, see docs/production.md';

/** What of the operated machines this place is; undefined: none of them, by all that is known. */
export function operatedAt(place: Place, operated: readonly Operated[]): { what: string; by: string } | undefined {
  for (const { what, names, addresses, bootId } of operated) {
    if (place.bootId !== undefined && bootId !== undefined) {
      if (place.bootId === bootId) return { what, by: `the boot id ${bootId}` };
      continue;
    }
    const address = addresses.find((candidate) => place.addresses.includes(candidate));
    if (address !== undefined) return { what, by: `the address ${address}` };
    const name = names.find((candidate) => place.names.includes(candidate));
    if (name !== undefined) return { what, by: `the name ${name}` };
  }
  return undefined;
}

export function judgePlace(
  id: string,
  subject: string,
  inhabitant: string,
  place: Place,
  operated: readonly Operated[],
): Finding {
  const found = operatedAt(place, operated);
  if (found !== undefined)
    return problem(id, subject, `${inhabitant} is on ${found.what} (by ${found.by}): ${WHY}`, MOVE);
  return ok(
    id,
    subject,
    `by all that shows here, ${inhabitant} is neither in the engine VM nor on a host of the inventory`,
  );
}

/** This machine, Temporal and each worker against the engine VM and the hosts. */
export async function checkPlacement(
  { engine, hosts }: Inventory,
  bootIds: Readonly<Record<string, string>>,
  temporal: { readonly address: string; readonly workers: readonly string[] },
): Promise<readonly Finding[]> {
  const here = thisMachine();
  const operated = [
    {
      what: 'the engine VM',
      names: [engine.fqdn.toLowerCase()],
      addresses: [
        ...(await addressesOf(engine.fqdn)),
        ...(engine.address === undefined ? [] : [engine.address.replace(/\/.*/, '')]),
      ],
    },
    ...(await Promise.all(
      hosts.map(async ({ name, fqdn, address }) => ({
        what: name,
        names: [fqdn.toLowerCase()],
        addresses: [...(await addressesOf(address)), ...(await addressesOf(fqdn))],
        ...(bootIds[name] !== undefined && { bootId: bootIds[name] }),
      })),
    )),
  ];
  const server = await serverPlace(temporal.address, here);
  return [
    judgePlace('placement.machine', hostname(), 'what runs on this machine', here, operated),
    judgePlace('placement.temporal', temporal.address, 'Temporal', server, operated),
    ...temporal.workers.map((identity) =>
      judgePlace('placement.worker', identity, `worker ${identity}`, workerPlace(identity, here), operated),
    ),
  ];
}

async function serverPlace(address: string, here: Place): Promise<Place> {
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const addresses = await resolved(host);
  const local = addresses.some((candidate) => isLoopback(candidate) || here.addresses.includes(candidate));
  return local ? here : { names: [host.toLowerCase()], addresses };
}

/** Of a worker elsewhere its host name is all that Temporal tells. */
function workerPlace(identity: string, here: Place): Place {
  const name = identity.replace(/^\d+@/, '').toLowerCase();
  return here.names.includes(name) ? here : { names: [name], addresses: [] };
}

function thisMachine(): Place {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return {
    names: [hostname().toLowerCase()],
    addresses: addresses.filter((address) => !isLoopback(address)),
    ...bootId(),
  };
}

function bootId(): { readonly bootId?: string } {
  try {
    return { bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    // No Linux: addresses and names have to do.
    return {};
  }
}

async function addressesOf(name: string): Promise<readonly string[]> {
  return (await resolved(name)).filter((address) => !isLoopback(address));
}

async function resolved(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    // A name that does not resolve here names no machine that could be this one.
    return [];
  }
}

function isLoopback(address: string): boolean {
  return /^127\.|^::1$|^::ffff:127\./.test(address);
}
