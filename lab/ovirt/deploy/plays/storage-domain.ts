import type { Lun } from '../../../types.ts';
import { domainOn, formatGroup, freeInGroup, inUse } from '../../vdsm/block-domain.ts';
import type { Task } from '../ansible.ts';
import { changed, ok, skipped, TaskFailed } from '../ansible.ts';
import type { Deployment } from '../deployment.ts';
import { GiB, makeDomain } from '../volumes.ts';

const api = { on: 'api' } as const;

/** Ansible's own advice comes as an error line in deployments that go well. */
const DEPRECATED =
  "[DEPRECATION WARNING]: The 'ovirt_host_facts' module has been renamed to 'ovirt_host_info'. This feature will be removed in version 2.13.";

const fault = (detail: string): TaskFailed => {
  const msg = `Fault reason is "Operation Failed". Fault detail is "[${detail}]". HTTP response code is 400.`;
  return new TaskFailed(msg, {}, `Error: ${msg}`);
};

/** The engine refuses a LUN that it cannot see or that holds anything at all; it never overwrites on its own. */
function addDomain(d: Deployment): void {
  const wanted = d.text('STORAGE/LunID');
  const seen = d.host.luns().find(({ lun, paths }) => lun.wwid === wanted && paths.some((p) => p.up));
  const lun: Lun | undefined = seen?.lun;
  if (!lun || inUse(lun)) {
    throw fault(
      'Physical device initialization failed. Please check that the device is empty and accessible by the host.',
    );
  }
  d.lun = lun;
  d.volumes = makeDomain(d, lun);
  d.ctx.changed(`storage domain hosted_storage on ${lun.wwid}`);
}

const neededGb = (d: Deployment): number => d.number('STORAGE/imgSizeGB') + 2 + 5;
const availableGb = (d: Deployment): number => (d.lun?.group ? Math.floor(freeInGroup(d.lun.group) / GiB) : 0);
const fits = (d: Deployment): boolean => availableGb(d) >= neededGb(d);

export const fcDevices: readonly Task[] = [
  ok('Obtain SSO token using username/password credentials', 2, api),
  ok('Get Fibre Channel LUNs', 6, api),
];

export const createStorageDomain: readonly Task[] = [
  ok('Force facts gathering', 3),
  ok('Check local VM dir stat'),
  {
    ...ok('Enforce local VM dir existence', 0.4),
    skip: (d) => d.localVmDir !== undefined && d.host.fs.exists(d.localVmDir),
    run: (d) => {
      throw new TaskFailed(`Local VM dir '${d.localVmDir ?? ''}' doesn't exist`);
    },
  },
  ok('Obtain SSO token using username/password credentials', 2, api),
  ok('Fetch host facts', 2, { ...api, run: (d) => d.console.error(DEPRECATED) }),
  ok('Fetch cluster ID'),
  ok('Fetch cluster facts', 2, api),
  ok('Fetch Datacenter facts', 2, api),
  ok('Fetch Datacenter ID'),
  ok('Fetch Datacenter name'),
  skipped('Add NFS storage domain'),
  skipped('Add glusterfs storage domain'),
  skipped('Add iSCSI storage domain'),
  changed('Add Fibre Channel storage domain', 16, { ...api, run: addDomain }),
  ok('Get storage domain details', 2, api),
  ok('Find the appliance OVF'),
  ok('Parse OVF'),
  ok('Get required size'),
  {
    ...changed('Remove unsuitable storage domain', 8),
    skip: fits,
    run: (d) => {
      const domain = d.lun && domainOn(d.lun);
      if (domain) formatGroup(d.lab, domain);
      d.ctx.changed('storage domain hosted_storage removed again');
    },
  },
  {
    ...ok('Check storage domain free space', 0.4),
    skip: (d) => d.lun?.group !== undefined && fits(d),
    run: (d) => {
      const size = d.lun ? Math.floor(d.lun.size / GiB) - 5 : 0;
      throw new TaskFailed(
        `Error: the target storage domain contains only ${size}GiB of available space while a minimum of ${neededGb(d)}GiB is required If you wish to use the current target storage domain by extending it, make sure it contains nothing before adding it.`,
      );
    },
  },
  changed('Activate storage domain', 20, api),
];
