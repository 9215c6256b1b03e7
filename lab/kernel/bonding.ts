/** What the kernel tells of a bond in /proc/net/bonding. */
import type { NetInterface, Network } from './model.ts';

/** Modes by their number, as the driver words them. */
const modes: readonly string[] = [
  'load balancing (round-robin)',
  'fault-tolerance (active-backup)',
  'load balancing (xor)',
  'fault-tolerance (broadcast)',
  'IEEE 802.3ad Dynamic link aggregation',
  'transmit load balancing',
  'adaptive load balancing',
];

/** Modes in which one member carries everything. */
const single = new Set([1, 5, 6]);

const linked = (up: boolean): string => (up ? 'up' : 'down');

export function bondState(network: Pick<Network, 'interfaces'>, bond: NetInterface): string {
  const options = new Map<string, string>();
  for (const option of (bond.bonding ?? '').split(' ')) {
    const [name = '', value = ''] = option.split('=');
    options.set(name, value);
  }
  const mode = Number(options.get('mode') ?? 0);
  const members = [...network.interfaces.values()].filter(({ master }) => master === bond.name);
  const carrying = members.find((nic) => nic.up && nic.carrier);
  const head = [
    'Ethernet Channel Bonding Driver: v3.7.1 (April 27, 2011)',
    '',
    `Bonding Mode: ${modes[mode] ?? ''}`,
    ...(single.has(mode) ? ['Primary Slave: None', `Currently Active Slave: ${carrying?.name ?? 'None'}`] : []),
    ...(mode === 2 || mode === 4 ? ['Transmit Hash Policy: layer2 (0)'] : []),
    `MII Status: ${linked(carrying !== undefined)}`,
    `MII Polling Interval (ms): ${options.get('miimon') ?? 0}`,
    'Up Delay (ms): 0',
    'Down Delay (ms): 0',
  ];
  const blocks = members.map((nic) => [
    '',
    `Slave Interface: ${nic.name}`,
    `MII Status: ${linked(nic.up && nic.carrier)}`,
    `Speed: ${nic.carrier ? '10000 Mbps' : 'Unknown'}`,
    `Duplex: ${nic.carrier ? 'full' : 'Unknown'}`,
    'Link Failure Count: 0',
    `Permanent HW addr: ${nic.mac}`,
    'Slave queue ID: 0',
  ]);
  return `${[head, ...blocks].flat().join('\n')}\n`;
}
