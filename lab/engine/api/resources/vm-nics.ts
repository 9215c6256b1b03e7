import {
  addFilterParameter,
  addNic,
  plugNic,
  removeFilterParameter,
  removeNic,
  updateNic,
} from '../commands/vm-nics.ts';
import type { FilterParameterRow, VmNicRow } from '../database/vm-nics.ts';
import type { VmRow } from '../database/vms.ts';
import { guestReport } from '../monitor/guest-agents.ts';
import type { Call, Handler, Reply, Resource } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';
import { seenVm, vmOfPath } from './disk-attachments.ts';

export const nicResource = (vm: VmRow, nic: VmNicRow): Resource => ({
  type: 'nic',
  service: 'vm_nic',
  path: `/vms/${vm.id}/nics/${nic.id}`,
  entity: {
    name: nic.name,
    interface: nic.interface,
    linked: nic.linked,
    mac: { address: nic.mac },
    plugged: nic.plugged,
    ...(nic.profileId === undefined ? {} : { vnic_profile: { id: nic.profileId } }),
    vm: { id: vm.id },
  },
});

const cardOf = (call: Call, vm: VmRow): { vm: VmRow; nic: VmNicRow } => {
  const nic = vm.nics.find((each) => each.id === call.route.ids[1]);
  if (!nic) throw unknownId();
  return { vm, nic };
};
const existing = (call: Call): { vm: VmRow; nic: VmNicRow } => cardOf(call, vmOfPath(call));
const seen = (call: Call): { vm: VmRow; nic: VmNicRow } => cardOf(call, seenVm(call));

export const vmNics: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const vm = seenVm(call);
    return many(
      'nic',
      vm.nics.map((nic) => nicResource(vm, nic)),
    );
  },
  add: (call) => {
    const vm = vmOfPath(call);
    return created(nicResource(vm, addNic(call, vm)));
  },
};

const plug =
  (plugged: boolean) =>
  (call: Call): Reply => {
    const { vm, nic } = existing(call);
    plugNic(call, vm, nic, plugged);
    return complete();
  };

export const vmNic: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { vm, nic } = seen(call);
    return one(nicResource(vm, nic));
  },
  update: (call) => {
    const { vm, nic } = existing(call);
    return one(nicResource(vm, updateNic(call, vm, nic)));
  },
  remove: (call) => {
    const { vm, nic } = existing(call);
    removeNic(call, vm, nic);
    return removed(call);
  },
  activate: plug(true),
  deactivate: plug(false),
};

/** What the guest agent tells of the VM's network, all of it or one card's. */
function reported(call: Call): Resource[] {
  const vm = seenVm(call);
  const nic = call.route.ids[1] === undefined ? undefined : seen(call).nic;
  const under = nic ? `/vms/${vm.id}/nics/${nic.id}` : `/vms/${vm.id}`;
  const devices = guestReport(call.lab, call.db, vm)?.devices ?? [];
  return devices
    .filter((device) => nic === undefined || device.mac === nic.mac)
    .map((device) => ({
      type: 'reported_device',
      service: 'vm_reported_device',
      path: `${under}/reporteddevices/${Buffer.from(device.mac).toString('hex')}`,
      entity: {
        name: device.name,
        ips: [{ address: device.address, version: 'v4' }],
        mac: { address: device.mac },
        type: 'network',
        vm: { id: vm.id },
      },
    }));
}

export const vmReportedDevices: Readonly<Record<string, Handler>> = {
  list: (call) => many('reported_device', reported(call)),
};

const parameterResource = (vm: VmRow, nic: VmNicRow, row: FilterParameterRow): Resource => ({
  type: 'network_filter_parameter',
  service: 'nic_network_filter_parameter',
  path: `/vms/${vm.id}/nics/${nic.id}/networkfilterparameters/${row.id}`,
  entity: { name: row.name, value: row.value, nic: { id: nic.id } },
});

export const nicFilterParameters: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const { vm, nic } = existing(call);
    return many(
      'network_filter_parameter',
      nic.filterParameters.map((row) => parameterResource(vm, nic, row)),
    );
  },
  add: (call) => {
    const { vm, nic } = existing(call);
    return created(parameterResource(vm, nic, addFilterParameter(call, vm, nic)));
  },
};

function parameter(call: Call): { vm: VmRow; nic: VmNicRow; row: FilterParameterRow } {
  const { vm, nic } = existing(call);
  const row = nic.filterParameters.find(({ id }) => id === call.route.ids[2]);
  if (!row) throw unknownId();
  return { vm, nic, row };
}

export const nicFilterParameter: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { vm, nic, row } = parameter(call);
    return one(parameterResource(vm, nic, row));
  },
  remove: (call) => {
    const { nic, row } = parameter(call);
    removeFilterParameter(call, nic, row);
    return removed(call);
  },
};
