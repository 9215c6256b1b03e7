import { createStorage } from '../../storage.ts';
import type { Task } from '../ansible.ts';
import { changed, ok, skipped, TaskFailed } from '../ansible.ts';
import { makeDisks } from '../volumes.ts';

const api = { on: 'api' } as const;
const engine = { on: 'engine' } as const;

export const targetVm: readonly Task[] = [
  ok('Force facts gathering', 3),
  changed('Get full hostname'),
  ok('Set hostname variable if not defined'),
  ok('Fetch the value of HOST_KEY_CHECKING'),
  ok('Get the username running the deploy'),
  changed('Register the engine FQDN as a host'),
  ok('Obtain SSO token using username/password credentials', 2, api),
  changed('Get local VM IP'),
  ok('Fetch host facts', 2, api),
  ok('Fetch Cluster ID'),
  ok('Fetch Cluster facts', 2, api),
  ok('Fetch Datacenter facts', 2, api),
  ok('Fetch Cluster name'),
  ok('Fetch Datacenter ID'),
  ok('Fetch Datacenter name'),
  ok('Parse Cluster details'),
  ok('Get server CPU list via REST API', 2, api),
  ok('Get cluster emulated machine list via REST API', 2, api),
  ok('Prepare for parsing server CPU list'),
  ok('Parse server CPU list'),
  ok('Convert CPU model name'),
  ok('Parse emulated_machine'),
  ok('Get storage domain details', 2, api),
  changed('Add HE disks', 45, {
    ...api,
    run: (d) => {
      const { lun, volumes } = d;
      if (!lun?.group || !volumes) throw new TaskFailed("Entity 'hosted_storage' was not found.");
      makeDisks(d.lab, lun, volumes, d.number('STORAGE/imgSizeGB'));
      d.storage = createStorage(lun, volumes);
      d.ctx.changed('hosted-engine disks created');
    },
  }),
  ok('Register disk details'),
  ok('Set default graphics protocols'),
  changed('Check if FIPS is enabled'),
  skipped('Select graphic protocols'),
  changed('Add VM', 6, api),
  changed('Register external local VM uuid'),
];

export const engineVmConfiguration: readonly Task[] = [
  ok('Check if SCL is used for PostgreSQL', 1, engine),
  changed('Create a temporary directory for ansible as postgres user', 1, engine),
  changed('Update target VM details at DB level', 2, engine),
  changed('Insert Hosted Engine configuration disk uuid into Engine database', 2, engine),
  changed('Fetch host SPM_ID', 2, engine),
  ok('Parse host SPM_ID', 1, engine),
  skipped('Restore original DisableFenceAtStartupInSec'),
  skipped('Remove DisableFenceAtStartupInSec temporary file'),
  changed('Restore original OvfUpdateIntervalInMinutes', 3, engine),
  changed('Remove OvfUpdateIntervalInMinutes temporary file', 1, engine),
  changed('Removing temporary value', 1, engine),
  ok('Restoring original value', 1, engine),
  changed('Remove temporary directory for ansible as postgres user', 1, engine),
  changed('Configure PermitRootLogin for sshd to its final value', 1, engine),
];
