import { randomBytes } from 'node:crypto';
import { guests } from '../../../ovirt/guests.ts';
import type { LabHost } from '../../../types.ts';
import { certificateAuthority } from '../../ca.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { GraphicsProtocol, VmRow } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { text } from '../wire/values.ts';

/** Seconds that a password of a console is valid, unless the request says otherwise. */
export const VALID = 120;
const FIRST_PORT = 5900;

/** Where a console of a running VM can be reached. */
export interface ConsoleAddress {
  readonly address: string;
  readonly port: number;
  readonly tlsPort?: number;
}

/** The consoles of a host's VMs have ports one after the other, in the order in which the VMs came. */
function portOn(machine: LabHost, vm: VmRow): number {
  return FIRST_PORT + 2 * [...guests(machine).keys()].indexOf(vm.id);
}

export function consoleAddress(call: Call, vm: VmRow, protocol: GraphicsProtocol): ConsoleAddress | undefined {
  const row = vm.hostId === undefined ? undefined : call.db.hosts.get(vm.hostId);
  const machine = row && machineAt(call.lab, row.address);
  if (!machine || !guests(machine).has(vm.id)) return undefined;
  const port = portOn(machine, vm);
  return { address: machine.address, port, ...(protocol === 'spice' ? { tlsPort: port + 1 } : {}) };
}

/** Gives a VM that is down another kind of console. */
export function addConsole(call: Call, vm: VmRow): GraphicsProtocol {
  const protocol = text(call.body, 'protocol') as GraphicsProtocol | undefined;
  if (protocol === undefined) throw refused(400, 'Graphics protocol must be set.');
  if (vm.consoles.includes(protocol)) throw refused(409, 'Cannot add Graphics Device. The device already exists.');
  vm.consoles = [...vm.consoles, protocol];
  call.lab.changed(`console ${protocol} added to VM ${vm.name}`);
  return protocol;
}

export function removeConsole(call: Call, vm: VmRow, protocol: GraphicsProtocol): void {
  vm.consoles = vm.consoles.filter((one) => one !== protocol);
  call.lab.changed(`console ${protocol} removed from VM ${vm.name}`);
}

/** A new password of a running VM's console; the events tell who asked for it. */
export function setTicket(call: Call, vm: VmRow, given?: string): string {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  const told = `User ${user} initiated console session for VM ${vm.name}`;
  tell(lab, db, { code: 164, vm: { id: vm.id, name: vm.name }, correlationId, user, text: told });
  return given ?? randomBytes(9).toString('base64').replaceAll(/[+/]/g, 'x');
}

const certificate = (pem: string): string => pem.replaceAll('\n', '\\n');

/** The file that opens the console in virt-viewer (engine: ConsoleDescriptorGenerator); nothing while the VM is down. */
export async function connectionFile(call: Call, vm: VmRow, protocol: GraphicsProtocol): Promise<string | undefined> {
  const { lab } = call;
  const at = consoleAddress(call, vm, protocol);
  if (!at) return undefined;
  const { caPem } = await certificateAuthority(lab);
  const lines = [
    '[virt-viewer]',
    `type=${protocol}`,
    `host=${at.address}`,
    `port=${at.port}`,
    `password=${setTicket(call, vm)}`,
    `# Password is valid for ${VALID} seconds.`,
    'delete-this-file=1',
    'fullscreen=0',
    `title=${vm.name}:%d`,
    'toggle-fullscreen=shift+f11',
    'release-cursor=shift+f12',
    'secure-attention=ctrl+alt+end',
    ...(at.tlsPort === undefined ? [] : [`tls-port=${at.tlsPort}`, 'enable-smartcard=0', 'enable-usb-autoshare=1']),
    ...(at.tlsPort === undefined
      ? []
      : [`ca=${certificate(caPem)}`, 'secure-channels=main;inputs;cursor;playback;record;display;usbredir;smartcard']),
    'versions=rhev-win64:2.0-160;rhev-win32:2.0-160;rhel8:7.0-3;rhel7:2.0-6;rhel6:99.0-1',
    'newer-version-url=http://www.ovirt.org/documentation/admin-guide/virt/console-client-resources',
    '',
    '[ovirt]',
    `host=${lab.engineFqdn}:443`,
    `vm-guid=${vm.id}`,
    `sso-token=${call.token}`,
    'admin=1',
    `ca=${certificate(caPem)}`,
  ];
  return `${lines.join('\n')}\n`;
}
