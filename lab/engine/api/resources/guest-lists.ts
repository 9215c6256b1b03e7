import { guestReport } from '../monitor/guest-agents.ts';
import type { Call, Handler, Reply } from '../routing/call.ts';
import { many } from '../routing/call.ts';
import { seenVm } from './disk-attachments.ts';

/** Lists below a VM that hold nothing in the lab: no host device is passed through, nobody is logged in inside. */
const none =
  (type: string) =>
  (call: Call): Reply => {
    seenVm(call);
    return many(type, []);
  };

export const vmNumaNodes: Readonly<Record<string, Handler>> = { list: none('virtual_numa_node') };
export const vmHostDevices: Readonly<Record<string, Handler>> = { list: none('host_device') };
export const vmSessions: Readonly<Record<string, Handler>> = { list: none('session') };

/** Packages that the guest agent tells of. */
const installed = ['kernel-3.10.0-1062.el7', 'ovirt-guest-agent-common-1.0.16-1.el7'];

export const vmApplications: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const vm = seenVm(call);
    const names = guestReport(call.lab, call.db, vm) ? installed : [];
    return many(
      'application',
      names.map((name) => ({
        type: 'application',
        service: 'vm_application',
        path: `/vms/${vm.id}/applications/${Buffer.from(name).toString('hex')}`,
        entity: { name, vm: { id: vm.id } },
      })),
    );
  },
};
