import { addConsole, connectionFile, consoleAddress, removeConsole, setTicket, VALID } from '../commands/consoles.ts';
import type { GraphicsProtocol, VmRow } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one, queryFlag, removed } from '../routing/call.ts';
import { refused, unknownId } from '../wire/fault.ts';
import { number, part, text } from '../wire/values.ts';
import { seenVm, vmOfPath } from './disk-attachments.ts';

/** The id of a console is its protocol, letter by letter in hexadecimal. */
const idOf = (protocol: GraphicsProtocol): string => Buffer.from(protocol).toString('hex');

function consoleResource(call: Call, vm: VmRow, protocol: GraphicsProtocol): Resource {
  const at = queryFlag(call.query, 'current') === true ? consoleAddress(call, vm, protocol) : undefined;
  return {
    type: 'graphics_console',
    service: 'vm_graphics_console',
    path: `/vms/${vm.id}/graphicsconsoles/${idOf(protocol)}`,
    entity: {
      protocol,
      ...(at ? { address: at.address, port: at.port } : {}),
      ...(at?.tlsPort === undefined ? {} : { tls_port: at.tlsPort }),
      vm: { id: vm.id },
    },
  };
}

function existing(call: Call): { vm: VmRow; protocol: GraphicsProtocol } {
  const vm = vmOfPath(call);
  const protocol = vm.consoles.find((each) => idOf(each) === call.route.ids[1]);
  if (!protocol) throw unknownId();
  return { vm, protocol };
}

export const graphicsConsoles: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const vm = seenVm(call);
    return many(
      'graphics_console',
      vm.consoles.map((protocol) => consoleResource(call, vm, protocol)),
    );
  },
  add: (call) => {
    const vm = vmOfPath(call);
    return created(consoleResource(call, vm, addConsole(call, vm)));
  },
};

export const graphicsConsole: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { vm, protocol } = existing(call);
    return one(consoleResource(call, vm, protocol));
  },
  remove: (call) => {
    const { vm, protocol } = existing(call);
    removeConsole(call, vm, protocol);
    return removed(call);
  },
  ticket: (call) => {
    const { vm, protocol } = existing(call);
    if (!consoleAddress(call, vm, protocol))
      throw refused(409, 'Cannot set Virtual Machine Ticket. VM is not running.');
    const given = part(call.body, 'ticket');
    const value = setTicket(call, vm, text(given, 'value'));
    return complete({ ticket: { value, expiry: number(given, 'expiry') ?? VALID } });
  },
  remote_viewer_connection_file: async (call) => {
    const { vm, protocol } = existing(call);
    const file = await connectionFile(call, vm, protocol);
    return file === undefined
      ? { kind: 'text', status: 204, text: '' }
      : complete({ remote_viewer_connection_file: file });
  },
};
