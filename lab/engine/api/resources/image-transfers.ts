import { addTransfer, steerTransfer } from '../commands/transfers.ts';
import type { TransferRow } from '../database/transfers.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

function transferResource(row: TransferRow): Resource {
  const { session } = row;
  return {
    type: 'image_transfer',
    service: 'image_transfer',
    path: `/imagetransfers/${row.id}`,
    entity: {
      active: row.active,
      direction: row.direction,
      format: row.format,
      inactivity_timeout: row.inactivityTimeout,
      phase: row.phase,
      ...(row.transferred === undefined ? {} : { transferred: row.transferred }),
      ...(session
        ? {
            proxy_url: `${session.proxyUrl}/images/${session.ticketId}`,
            transfer_url: `${session.daemonUrl}/images/${session.ticketId}`,
            ...(session.signedTicket === undefined ? {} : { signed_ticket: session.signedTicket }),
          }
        : {}),
      ...(row.hostId === undefined ? {} : { host: { id: row.hostId } }),
      image: { id: row.diskId },
    },
  };
}

const found = (call: Call): TransferRow | undefined => call.db.transfers.get(call.route.ids[0] ?? '');

const steer =
  (action: string): Handler =>
  (call) => {
    steerTransfer(call, found(call), action);
    return complete();
  };

export const imageTransfers: Readonly<Record<string, Handler>> = {
  list: (call) => many('image_transfer', [...call.db.transfers.values()].map(transferResource)),
  add: (call) => created(transferResource(addTransfer(call))),
};

export const imageTransfer: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const row = found(call);
    if (!row) throw unknownId();
    return one(transferResource(row));
  },
  // The engine keeps a session alive by itself.
  extend: () => complete(),
  pause: steer('pause'),
  resume: steer('resume'),
  cancel: steer('cancel'),
  finalize: steer('finalize'),
};
