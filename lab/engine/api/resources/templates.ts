import { blankSettings } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';

const BLANK = '00000000-0000-0000-0000-000000000000';

/** The only template here: the one without disks that every installation begins with. */
function blank(call: Call): Resource {
  const { console, rng_device, soundcard_enabled, virtio_scsi, ...settings } = blankSettings();
  return {
    type: 'template',
    service: 'template',
    path: `/templates/${BLANK}`,
    entity: {
      ...settings,
      name: 'Blank',
      description: 'Blank template',
      creation_time: Date.UTC(2008, 3, 1),
      delete_protected: true,
      origin: 'ovirt',
      status: 'ok',
      type: 'server',
      version: { version_name: 'base version', version_number: 1 },
      ...(call.allContent ? { console, rng_device, soundcard_enabled, virtio_scsi } : {}),
    },
  };
}

export const templates: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const names = [...call.db.dataCenters.values()].map((row) => row.name);
    const fields = {
      name: () => 'Blank',
      datacenter: () => names,
      description: () => 'Blank template',
      status: () => 'ok',
    };
    return many('template', select([blank(call)], fields, call.query));
  },
};

export const template: Readonly<Record<string, Handler>> = {
  get: (call) => {
    if (call.route.ids[0] !== BLANK) throw unknownId();
    return one(blank(call));
  },
};
