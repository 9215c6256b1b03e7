import { tell, userName } from '../database/events.ts';
import { networkFilters, USUAL_FILTER } from '../database/network-filters.ts';
import type { VnicProfileRow } from '../database/networks.ts';
import { insertProfile } from '../database/networks.ts';
import type { Call } from '../routing/call.ts';
import { entityNotFound, incomplete, refused } from '../wire/fault.ts';
import { flag, part, text } from '../wire/values.ts';
import { checkProfileUnused } from './network-uses.ts';

type Doing = 'add' | 'edit';

function checkName(call: Call, doing: Doing, networkId: string, name: string, self?: VnicProfileRow): void {
  const others = [...call.db.vnicProfiles.values()].filter((one) => one !== self && one.networkId === networkId);
  if (!others.some((one) => one.name === name)) return;
  throw refused(
    409,
    `Cannot ${doing} VM network interface profile. The VM network interface profile name is already used by an existing profile for the same network.\n-Please choose a different name.`,
  );
}

/** The filter that a body names; one without an id means none. */
function wantedFilter(call: Call, doing: Doing, before: string | undefined): string | undefined {
  const given = part(call.body, 'network_filter');
  if (given === undefined) return before;
  const id = text(given, 'id');
  if (id === undefined || networkFilters.some((one) => one.id === id)) return id;
  throw refused(
    409,
    `Cannot ${doing} VM network interface profile. vNIC profile '${text(call.body, 'name') ?? ''}' has an invalid network filter id '${id}'.`,
  );
}

/** Makes a further profile of a network. */
export function addVnicProfile(call: Call): VnicProfileRow {
  const { lab, db, body, correlationId } = call;
  const networkId = call.route.ids[0] ?? text(part(body, 'network'), 'id');
  const missing = [...(text(body, 'name') ? [] : ['name']), ...(networkId ? [] : ['network.id'])];
  if (missing.length > 0) throw incomplete(`VnicProfile [${missing.join(', ')}] required for add`);
  const network = db.networks.get(networkId ?? '');
  if (!network) throw entityNotFound(`Network: id=${networkId ?? ''}`);
  const name = text(body, 'name') ?? '';
  checkName(call, 'add', network.id, name);
  const row = insertProfile(lab, db, {
    networkId: network.id,
    name,
    description: text(body, 'description'),
    passThrough: text(part(body, 'pass_through'), 'mode') ?? 'disabled',
    portMirroring: flag(body, 'port_mirroring') ?? false,
    filterId: wantedFilter(call, 'add', USUAL_FILTER),
  });
  const dataCenter = db.dataCenters.get(network.dataCenterId);
  const told = `VM network interface profile ${name} was added to network ${network.name} in Data Center: ${dataCenter?.name ?? ''}. (User: ${userName(call.user)})`;
  tell(lab, db, { code: 1122, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`vNIC profile ${name} added`);
  return row;
}

/** Changes what the body names; its network stays. VMs that run with it get the change when they start again. */
export function updateVnicProfile(call: Call, row: VnicProfileRow): VnicProfileRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name') ?? row.name;
  checkName(call, 'edit', row.networkId, name, row);
  if ((text(part(body, 'network'), 'id') ?? row.networkId) !== row.networkId) {
    throw refused(
      409,
      "Cannot edit VM network interface profile. VM network interface profile's network cannot be changed.",
    );
  }
  Object.assign(row, {
    name,
    description: text(body, 'description') ?? row.description,
    passThrough: text(part(body, 'pass_through'), 'mode') ?? row.passThrough,
    portMirroring: flag(body, 'port_mirroring') ?? row.portMirroring,
    filterId: wantedFilter(call, 'edit', row.filterId),
  });
  const network = db.networks.get(row.networkId);
  const dataCenter = db.dataCenters.get(network?.dataCenterId ?? '');
  const told = `VM network interface profile ${name} was updated for network ${network?.name ?? ''} in Data Center: ${dataCenter?.name ?? ''}. (User: ${userName(call.user)})`;
  tell(lab, db, { code: 1124, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`vNIC profile ${name} updated`);
  return row;
}

export function removeVnicProfile(call: Call, row: VnicProfileRow): void {
  const { lab, db, correlationId } = call;
  checkProfileUnused(db, row.id);
  db.vnicProfiles.delete(row.id);
  const network = db.networks.get(row.networkId);
  const dataCenter = db.dataCenters.get(network?.dataCenterId ?? '');
  const told = `VM network interface profile ${row.name} was removed from network ${network?.name ?? ''} in Data Center: ${dataCenter?.name ?? ''}. (User: ${userName(call.user)})`;
  tell(lab, db, { code: 1126, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`vNIC profile ${row.name} removed`);
}
