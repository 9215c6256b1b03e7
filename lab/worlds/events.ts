import { databaseOf } from '../engine/api/database/database.ts';
import { setLocalMaintenance } from '../ovirt/conf.ts';
import {
  createVm,
  destroyVm,
  isRunning,
  restartEngineService,
  runningOn,
  shutdownVm,
  vmRecord,
} from '../ovirt/engine-vm.ts';
import { findGuest, installSystem } from '../ovirt/guest-systems.ts';
import { panic } from '../ovirt/kdump.ts';
import { anyStorage } from '../ovirt/storage.ts';
import type { EventAction, Lab, LabHost } from '../types.ts';
import { fileServerEvents } from './file-servers.ts';
import { imageEvents } from './image-events.ts';
import { iscsiEvents } from './iscsi-portals.ts';
import { lunOf } from './storage.ts';

/** What people do behind a run's back; each gives the sentence that the journal keeps. */
type Event = Parameters<EventAction>[1];

function host(lab: Lab, name: string): LabHost {
  const found = lab.hosts.get(name);
  if (!found) throw new Error(`there is no host ${name}`);
  return found;
}
const word = (event: Event, key: string): string => {
  const value = event[key];
  if (typeof value !== 'string' || value === '') throw new Error(`${event.action} needs ${key}`);
  return value;
};
const storage = (lab: Lab): NonNullable<ReturnType<typeof anyStorage>> => {
  const found = anyStorage(lab);
  if (!found) throw new Error('no hosted engine is deployed');
  return found;
};
const unitName = (event: Event): string => {
  const name = word(event, 'unit');
  return name.includes('.') ? name : `${name}.service`;
};

export const events: Readonly<Record<string, EventAction>> = {
  ...imageEvents,
  ...fileServerEvents,
  ...iscsiEvents,
  'set-global-maintenance': async (lab, event) => {
    const on = event.on !== false;
    storage(lab).globalMaintenance = on;
    lab.changed('global maintenance');
    return `someone ${on ? 'set' : 'ended'} global maintenance`;
  },
  'set-local-maintenance': async (lab, event) => {
    const on = event.on !== false;
    setLocalMaintenance(host(lab, event.target), on);
    lab.changed('local maintenance');
    return `someone ${on ? 'set' : 'ended'} local maintenance of ${event.target}`;
  },
  'move-engine-vm': async (lab, event) => {
    const to = host(lab, word(event, 'to'));
    const from = runningOn(lab)?.host;
    if (from) {
      shutdownVm(from);
      while (isRunning(vmRecord(from))) await lab.clock.sleep(1);
      destroyVm(from);
    }
    const trouble = createVm(to);
    if (trouble !== undefined) throw new Error(`the engine VM cannot start on ${to.name}: ${trouble}`);
    lab.changed('engine VM moved');
    return `someone moved the engine VM to ${to.name}`;
  },
  'repair-engine': async (lab) => {
    const { image } = storage(lab);
    if (image) image.defect = undefined;
    for (const one of lab.hosts.values()) restartEngineService(one);
    lab.changed('engine repaired');
    return 'someone repaired the engine inside its VM';
  },
  'update-engine': async (lab, event) => {
    const { image } = storage(lab);
    if (!image) throw new Error('no hosted engine is deployed');
    image.version = word(event, 'version');
    for (const one of lab.hosts.values()) restartEngineService(one);
    lab.changed('engine updated');
    return `someone updated the engine to ${image.version}`;
  },
  'edit-network': async (lab, event) => {
    const name = word(event, 'network');
    const { image } = storage(lab);
    const db = image && databaseOf(lab, image);
    const rows = [...(db?.networks.values() ?? [])].filter((row) => row.name === name);
    if (rows.length === 0) throw new Error(`there is no network ${name}`);
    for (const row of rows) {
      if (typeof event.mtu === 'number') row.mtu = event.mtu;
      if (typeof event.vlan === 'number') row.vlan = event.vlan;
    }
    lab.changed('network edited');
    return `someone edited the network ${name}`;
  },
  'start-service': async (lab, event) => {
    await host(lab, event.target).units.start(unitName(event));
    lab.changed('service started');
    return `someone started ${unitName(event)} on ${event.target}`;
  },
  'stop-service': async (lab, event) => {
    await host(lab, event.target).units.stop(unitName(event));
    lab.changed('service stopped');
    return `someone stopped ${unitName(event)} on ${event.target}`;
  },
  'present-lun': async (lab, event) => {
    const name = host(lab, event.target).name;
    const lun = lunOf(lab, typeof event.wwid === 'string' ? event.wwid : undefined);
    (lun.paths.get(name) ?? []).forEach((path, index) => {
      Object.assign(path, { up: true, prio: index === 0 ? 14 : 9 });
    });
    lab.changed('LUN presented');
    return `someone presented the LUN ${lun.wwid} to ${name} again`;
  },
  'wipe-lun': async (lab, event) => {
    const wwid = word(event, 'wwid');
    const lun = lab.luns.find((one) => one.wwid === wwid);
    if (!lun) throw new Error(`there is no LUN ${wwid}`);
    lun.group = undefined;
    lun.signature = undefined;
    lun.blocks.clear();
    lab.changed('LUN wiped');
    return `someone wiped the LUN ${wwid}`;
  },
  'vm-os-installed': async (lab, event) => {
    const name = word(event, 'vm');
    const found = findGuest(lab, name);
    if (!found) throw new Error(`the VM ${name} does not run: nobody can install a system in it`);
    const fqdn =
      typeof event.fqdn === 'string' ? event.fqdn : `${name}.${lab.engineFqdn.split('.').slice(1).join('.')}`;
    const trouble = installSystem(lab, found.guest, fqdn);
    if (trouble !== undefined) throw new Error(`nobody can install a system in ${name}: ${trouble}`);
    lab.changed('system installed');
    return `someone installed CentOS 7 and the guest agent in ${name}`;
  },
  'kernel-panic': async (lab, event) => {
    panic(host(lab, event.target));
    lab.changed('kernel panic');
    return `the kernel of ${event.target} panicked`;
  },
  'install-package': async (lab, event) => {
    const name = word(event, 'package');
    const done = await host(lab, event.target).run(['yum', '-y', 'install', name]);
    if (done.code !== 0) throw new Error(done.stdout || done.stderr);
    lab.changed('package installed');
    return `someone installed ${name} on ${event.target}`;
  },
};
