import { addHost } from '../commands/add-host.ts';
import { syncHostNetworks } from '../commands/carry-networks.ts';
import { confirmRebooted, fenceHost } from '../commands/fence.ts';
import { wantedPower } from '../commands/fence-agents.ts';
import { forceSelectSpm } from '../commands/force-select-spm.ts';
import { activateHost, deactivateHost, deleteHost, refreshHost, reinstallHost } from '../commands/host-actions.ts';
import { commitNetworks, setupNetworks } from '../commands/setup-networks.ts';
import { checkForUpgrade, upgradeHost } from '../commands/upgrade-host.ts';
import { usePower } from '../commands/use-power.ts';
import { clusterOf } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { renameHost } from '../database/database.ts';
import type { Call, Handler, Reply } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import { ApiFault, notGiven, notModelled, refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { number, part, text } from '../wire/values.ts';
import { hostReference, hostResource } from './host-document.ts';
import { searchedHosts } from './host-search.ts';

export const hosts: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'host',
      searchedHosts(call).map((row) => hostResource(call, row)),
    ),
  add: (call) => created(hostResource({ ...call, allContent: true }, addHost(call))),
};

const find = (call: Call): HostRow | undefined => call.db.hosts.get(call.route.ids[0] ?? '');

function existing(call: Call): HostRow {
  const row = find(call);
  if (!row) throw unknownId();
  return row;
}

/** An installation holds the host's lock from its beginning to its end. */
const locked = (doing: string): ApiFault =>
  refused(409, `Cannot ${doing}. Related operation is currently in progress. Please try again later.`);

/** An action on a host whose id is unknown is refused by its validation, not by the path. */
const act =
  (doing: string, work: (call: Call, row: HostRow) => Entity) =>
  (call: Call): Reply => {
    const row = find(call);
    if (!row) throw refused(400, `Cannot ${doing}. Invalid Host Id.`);
    if (row.status === 'installing') throw locked(doing);
    return complete(work(call, row), hostReference(row));
  };

const job = (one: { id: string }): Entity => ({ job: { id: one.id } });

const fenceTypes = ['manual', 'restart', 'start', 'stop', 'status'];

/** Looks at a host's power or uses it; the answer comes when that is done. */
async function fence(call: Call): Promise<Reply> {
  const type = text(call.body, 'fence_type');
  if (type === undefined) throw notGiven("Parameter 'fence_type' is mandatory but was not provided.");
  if (!fenceTypes.includes(type.toLowerCase())) {
    throw new ApiFault(
      400,
      'Invalid value',
      `${type.toUpperCase()} is not a member of FenceType. Possible values for FenceType are: ${fenceTypes.join(', ')}`,
      true,
    );
  }
  const row = find(call);
  if (!row) throw refused(400, 'Cannot fence Host. Invalid Host Id.');
  switch (type.toLowerCase()) {
    case 'status':
      return fenceStatus(call, row);
    case 'manual':
      confirmRebooted(call, row);
      return complete({}, hostReference(row));
    default:
      return complete(
        job(await fenceHost(call, row, type.toLowerCase() as 'start' | 'stop' | 'restart')),
        hostReference(row),
      );
  }
}

/** A failed look at the power status is no error to HTTP. */
async function fenceStatus(call: Call, row: HostRow): Promise<Reply> {
  const { lab, db, run, correlationId } = call;
  const result = await usePower({ lab, db, run, correlationId, sparesLiveLeases: false }, row, 'status');
  return {
    kind: 'action',
    entity:
      result.power === undefined
        ? { fault: { reason: result.message }, status: 'failed' }
        : { power_management: { status: result.power }, status: 'complete' },
  };
}

/** The name that a body asks for; what else cannot be changed here is told instead of left alone. */
function wantedName({ body, db }: Call, row: HostRow): string {
  const cluster = part(body, 'cluster');
  const moved = cluster && (text(cluster, 'id') ?? row.clusterId) !== row.clusterId;
  const other = cluster && text(cluster, 'name') !== undefined && text(cluster, 'name') !== clusterOf(db, row).name;
  if (moved || other) throw notModelled('another cluster of a host');
  if ((text(body, 'address') ?? row.address) !== row.address) throw notModelled('another address of a host');
  if (text(part(body, 'os'), 'custom_kernel_cmdline')) throw notModelled('a kernel command line of a host');
  const name = text(body, 'name') ?? row.name;
  if ([...db.hosts.values()].some((one) => one !== row && one.name === name)) {
    throw refused(409, 'Cannot edit Host. The Host name is already in use, please choose a unique name and try again.');
  }
  return name;
}

export const host: Readonly<Record<string, Handler>> = {
  get: (call) => one(hostResource(call, existing(call))),
  update: (call) => {
    const row = existing(call);
    row.power = wantedPower(call, row);
    renameHost(call.db, row, wantedName(call, row));
    row.comment = text(call.body, 'comment') ?? row.comment;
    row.spmPriority = number(part(call.body, 'spm'), 'priority') ?? row.spmPriority;
    call.lab.changed(`host ${row.name} updated`);
    return one(hostResource({ ...call, allContent: true }, row));
  },
  remove: (call) => {
    const row = existing(call);
    if (row.status === 'installing') throw locked('remove Host');
    deleteHost(call, row);
    return removed(call);
  },
  activate: act('activate Host', (call, row) => job(activateHost(call, row))),
  deactivate: act('switch Host to Maintenance mode', (call, row) => {
    deactivateHost(call, row);
    return {};
  }),
  install: act('install Host', (call, row) => job(reinstallHost(call, row))),
  upgrade_check: act('check for upgrade Host', (call, row) => {
    checkForUpgrade(call, row);
    return {};
  }),
  upgrade: act('upgrade Host', (call, row) => job(upgradeHost(call, row))),
  refresh: act('refresh Host', (call, row) => {
    refreshHost(call, row);
    return {};
  }),
  force_select_spm: act('force select SPM', (call, row) => {
    forceSelectSpm(call, row);
    return {};
  }),
  fence,
  setup_networks: async (call) => complete(job(await setupNetworks(call, existing(call))), undefined),
  sync_all_networks: async (call) => {
    const row = existing(call);
    await syncHostNetworks(call, row);
    return complete({}, hostReference(row));
  },
  commit_net_config: act('persist networks of Host', (call, row) => {
    commitNetworks(call, row);
    return {};
  }),
};
