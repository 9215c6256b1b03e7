import { uuid } from '../../../ovirt/ids.ts';
import { tell, userName } from '../database/events.ts';
import { vmStatus } from '../database/placement.ts';
import type { FilterParameterRow, VmNicRow } from '../database/vm-nics.ts';
import type { VmRow } from '../database/vms.ts';
import { freeMac } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import type { Value } from '../wire/values.ts';
import { flag, isEntity, part, text } from '../wire/values.ts';

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
/** An interface as messages name it. */
const kinds: Readonly<Record<string, string>> = {
  virtio: 'VirtIO',
  e1000: 'e1000',
  rtl8139: 'rtl8139',
  pci_passthrough: 'PCI Passthrough',
};

const running = (call: Call, vm: VmRow): boolean =>
  !['down', 'image_locked', 'suspended'].includes(vmStatus(call.lab, call.db, vm));

function checkName(vm: VmRow, name: string, own?: VmNicRow): void {
  if (!vm.nics.some((nic) => nic !== own && nic.name === name)) return;
  throw refused(409, 'Network interface name is already in use');
}

function checkMac(call: Call, vm: VmRow, mac: string, doing: string, own?: VmNicRow): void {
  if (!MAC.test(mac)) {
    throw refused(
      400,
      `Cannot ${doing} Interface. The Network Interface ${own?.name ?? ''} has an invalid MAC address ${mac}. MAC address must be in format "HH:HH:HH:HH:HH:HH" where H is a hexadecimal character (either a digit or A-F, case is insignificant).`,
    );
  }
  const pool = call.db.macPools.get(call.db.clusters.get(vm.clusterId)?.macPoolId ?? '');
  if (pool?.allowDuplicates) return;
  for (const other of call.db.vms.values()) {
    if (!other.nics.some((nic) => nic !== own && nic.mac === mac)) continue;
    throw refused(409, `MAC Address ${mac} is already in use by VM or snapshot: ${other.name}.`);
  }
}

/** The profile that a body names: absent leaves what was, an empty reference takes it away. */
function profileIn(
  call: Call,
  doing: string,
  value: Value | undefined,
  before: string | undefined,
): string | undefined {
  if (!isEntity(value)) return before;
  const id = text(value, 'id');
  if (id === undefined || id === '') return undefined;
  if (call.db.vnicProfiles.has(id)) return id;
  throw refused(409, `Cannot ${doing} Interface. The specified VM network interface profile doesn't exist.`);
}

/** A running VM gets a network only where its host has it. */
function checkState(call: Call, vm: VmRow, doing: string): void {
  if (['down', 'up', 'image_locked'].includes(vmStatus(call.lab, call.db, vm))) return;
  throw refused(409, `Cannot ${doing} a Network Interface when VM is not Down, Up or Image-Locked.`);
}

function told(call: Call, vm: VmRow, code: number, text: string): void {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  tell(lab, db, { code, vm: { id: vm.id, name: vm.name }, correlationId, user, text: `${text} (User: ${user})` });
}

const named = (nic: VmNicRow): string => `Interface ${nic.name} (${kinds[nic.interface] ?? nic.interface})`;

/** Gives a VM a network card with an address of its cluster's pool. */
export function addNic(call: Call, vm: VmRow): VmNicRow {
  const { lab, db, body } = call;
  const name = text(body, 'name');
  if (!name) throw incomplete('Nic [name] required for add');
  checkState(call, vm, 'add');
  checkName(vm, name);
  const profileId = profileIn(call, 'add', body.vnic_profile, undefined);
  const given = text(part(body, 'mac'), 'address')?.toLowerCase();
  if (given !== undefined) checkMac(call, vm, given, 'add');
  const mac = given ?? freeMac(db, vm);
  if (mac === undefined) throw refused(409, 'Not enough MAC addresses left in MAC Address Pool.');
  const nic: VmNicRow = {
    id: uuid(lab),
    name,
    interface: text(body, 'interface') ?? 'virtio',
    mac,
    plugged: flag(body, 'plugged') ?? true,
    linked: flag(body, 'linked') ?? true,
    profileId,
    filterParameters: [],
  };
  vm.nics.push(nic);
  told(call, vm, 932, `${named(nic)} was added to VM ${vm.name}.`);
  lab.changed(`NIC ${name} added to VM ${vm.name}`);
  return nic;
}

export function updateNic(call: Call, vm: VmRow, nic: VmNicRow): VmNicRow {
  const { lab, body } = call;
  checkState(call, vm, 'update');
  const name = text(body, 'name') ?? nic.name;
  checkName(vm, name, nic);
  const mac = text(part(body, 'mac'), 'address')?.toLowerCase() ?? nic.mac;
  if (mac !== nic.mac) checkMac(call, vm, mac, 'edit', nic);
  const kind = text(body, 'interface') ?? nic.interface;
  if (running(call, vm) && nic.plugged && (kind !== nic.interface || mac !== nic.mac)) {
    throw refused(
      409,
      'Cannot edit Interface. Updating some of the properties is not supported while the interface is plugged into a running virtual machine. Please un-plug the interface, update the properties, and then plug it back.',
    );
  }
  const profileId = profileIn(call, 'edit', body.vnic_profile, nic.profileId);
  const linked = flag(body, 'linked') ?? nic.linked;
  const plugged = flag(body, 'plugged') ?? nic.plugged;
  Object.assign(nic, { name, mac, interface: kind, profileId, linked, plugged });
  told(call, vm, 934, `${named(nic)} was updated for VM ${vm.name}. Link State is ${linked ? 'UP' : 'DOWN'}.`);
  lab.changed(`NIC ${name} of VM ${vm.name} updated`);
  return nic;
}

export function removeNic(call: Call, vm: VmRow, nic: VmNicRow): void {
  if (running(call, vm) && nic.plugged) {
    throw refused(409, 'Cannot remove Interface. The VM Network Interface is plugged to a running VM.');
  }
  vm.nics = vm.nics.filter((other) => other !== nic);
  told(call, vm, 930, `${named(nic)} was removed from VM ${vm.name}.`);
  call.lab.changed(`NIC ${nic.name} removed from VM ${vm.name}`);
}

/** Plugs a card in or out, while the VM runs or before it does. */
export function plugNic(call: Call, vm: VmRow, nic: VmNicRow, plugged: boolean): void {
  checkState(call, vm, plugged ? 'activate' : 'deactivate');
  nic.plugged = plugged;
  const [code, what] = plugged ? [1012, `plugged to`] : [1014, 'unplugged from'];
  told(call, vm, code as number, `Network ${named(nic)} was ${what} VM ${vm.name}.`);
  call.lab.changed(`NIC ${nic.name} of VM ${vm.name} ${plugged ? '' : 'un'}plugged`);
}

/** Sets a variable of the filter of a card's profile; a running VM gets it when the card is plugged in again. */
export function addFilterParameter(call: Call, vm: VmRow, nic: VmNicRow): FilterParameterRow {
  const { lab, db, body, correlationId } = call;
  const [name, value] = [text(body, 'name'), text(body, 'value')];
  const lacking = [...(name ? [] : ['name']), ...(value ? [] : ['value'])];
  if (!name || !value) throw incomplete(`NetworkFilterParameter [${lacking.join(', ')}] required for add`);
  const row: FilterParameterRow = { id: uuid(lab), name, value };
  nic.filterParameters = [...nic.filterParameters, row];
  const user = userName(call.user);
  tell(lab, db, {
    code: 10912,
    correlationId,
    user,
    text: `Network interface filter parameter ${name} (id ${row.id}) was successfully added to Interface with id ${nic.id} on VM ${vm.name} by ${user}.`,
  });
  lab.changed(`filter parameter ${name} of NIC ${nic.name} added`);
  return row;
}

export function removeFilterParameter(call: Call, nic: VmNicRow, row: FilterParameterRow): void {
  const { lab, db, correlationId } = call;
  nic.filterParameters = nic.filterParameters.filter((other) => other !== row);
  const user = userName(call.user);
  const told = `Network interface filter parameter (id ${row.id}) was successfully removed by ${user}.`;
  tell(lab, db, { code: 10910, correlationId, user, text: told });
  lab.changed(`filter parameter ${row.name} of NIC ${nic.name} removed`);
}
