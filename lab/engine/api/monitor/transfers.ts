import { waysOf } from '../../../imageio/ways.ts';
import { imageTicket, releaseImage } from '../../../ovirt/vdsm/image-tickets.ts';
import { verifyVolume } from '../../../ovirt/vdsm/verify-volume.ts';
import type { Lab } from '../../../types.ts';
import { deleteDisk } from '../commands/disks.ts';
import { carrier, closeSession, imageOf, keepSession, openSession } from '../commands/transfer-session.ts';
import type { EngineDatabase } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { TransferRow } from '../database/transfers.ts';
import type { EngineRun } from '../run.ts';

/**
 * Image transfers as the engine's own loop takes them along (ENGINE BLL `storage/disk/image/TransferDiskImageCommand.java`):
 * a look per phase, so that each phase lasts until the next look, and survives the engine.
 */
interface Engine {
  readonly lab: Lab;
  readonly db: EngineDatabase;
  readonly run: EngineRun;
}

/** Virtual seconds until a host has prepared an image, and for which an ended transfer is shown. */
const PREPARE = 2;
const shown = { finished_success: 900, finished_failure: 1800, finished_cleanup: 1800 } as const;

const stoppedBy: Readonly<Record<number, string>> = {
  1064: 'Transfer was stopped by system. Reason: failure in transfer image ticket renewal.',
  1065: 'Transfer was stopped by system. Reason: missing transfer image ticket.',
  1067: 'Transfer was stopped by system. Reason: Could not find a suitable host for image data transfer.',
  1069: 'Transfer was stopped by system. Reason: failed to add image ticket to ovirt-imageio-daemon.',
  1071: 'Upload was paused by system. Reason: timeout due to transfer inactivity.',
  1072: 'Download was canceled by system. Reason: timeout due to transfer inactivity.',
};

const about = (row: TransferRow) => ({ correlationId: row.correlationId, user: row.user });

/** An upload waits for someone to resume it; a download is its client's affair and ends. */
function stop({ lab, db }: Engine, row: TransferRow, code: number): void {
  tell(lab, db, { ...about(row), code, text: stoppedBy[code] ?? '' });
  row.phase = row.direction === 'upload' ? 'paused_system' : 'cancelled_system';
}

function watchSession(engine: Engine, row: TransferRow): void {
  const { lab, db } = engine;
  if (!keepSession(lab, db, row)) {
    if (row.strained) stop(engine, row, 1064);
    row.strained = !row.strained;
  }
  const machine = carrier(lab, db, row);
  const ticket = machine && imageTicket(machine, row.session?.ticketId ?? '');
  if (row.phase !== 'transferring') return;
  if (!ticket) {
    stop(engine, row, 1065);
    return;
  }
  Object.assign(row, { active: ticket.active, transferred: ticket.transferred });
  const { inactivityTimeout: limit } = row;
  if (limit > 0 && ticket.idle > limit) stop(engine, row, row.direction === 'upload' ? 1071 : 1072);
}

/** A disk keeps what was uploaded when it is what it should be. */
function finish({ lab, db }: Engine, row: TransferRow): void {
  const machine = carrier(lab, db, row);
  if (!closeSession(lab, db, row)) return;
  const image = imageOf(lab, db, row);
  const disk = db.disks.get(row.diskId);
  const converted = row.converts && image?.volume.format === 'cow';
  const upload = row.direction === 'upload';
  const trouble = upload && !converted ? (image ? verifyVolume(lab, image.volume) : 'the volume is gone') : undefined;
  if (image && upload) image.volume.legal = trouble === undefined;
  if (image && machine) releaseImage(machine, image.domain, image.volume);
  if (disk) disk.status = trouble === undefined ? 'ok' : 'illegal';
  row.phase = trouble === undefined ? 'finished_success' : 'finalizing_failure';
  row.active = false;
}

function cleanUp({ lab, db }: Engine, row: TransferRow, phase: 'finished_failure' | 'finished_cleanup'): void {
  const machine = carrier(lab, db, row);
  closeSession(lab, db, row);
  const image = imageOf(lab, db, row);
  if (image && machine) releaseImage(machine, image.domain, image.volume);
  const disk = db.disks.get(row.diskId);
  if (disk) disk.status = row.direction === 'upload' ? 'illegal' : 'ok';
  Object.assign(row, { phase, active: false, session: undefined });
}

/** The last word: an upload that came to nothing takes its disk with it. */
function end(engine: Engine, row: TransferRow): void {
  const { lab, db } = engine;
  const disk = db.disks.get(row.diskId);
  const type = row.direction === 'upload' ? 'Upload' : 'Download';
  const outcome = row.outcome ?? (row.phase === 'finished_success' ? 'succeeded' : 'failed');
  const code = { succeeded: 1032, cancelled: 1033, failed: 1034 }[outcome];
  const was = outcome === 'cancelled' ? 'was cancelled' : outcome;
  tell(lab, db, { ...about(row), code, text: `Image ${type} with disk ${disk?.alias ?? ''} ${was}.` });
  row.endedAt = lab.clock.now();
  if (waysOf(lab).forgets) db.transfers.delete(row.id);
  if (disk && row.direction === 'upload' && outcome !== 'succeeded') deleteDisk(engine, disk, about(row));
  lab.changed(`image transfer ${outcome}`);
}

function advance(engine: Engine, row: TransferRow): void {
  const { lab, db } = engine;
  switch (row.phase) {
    case 'initializing': {
      if (lab.clock.now() < row.startedAt + PREPARE * 1000) return;
      const trouble = openSession(lab, db, row);
      if (trouble === undefined) row.phase = 'transferring';
      else stop(engine, row, trouble);
      return;
    }
    case 'resuming':
      tell(lab, db, { ...about(row), code: 1074, text: `Image transfer was resumed by user (${row.user}).` });
      keepSession(lab, db, row);
      row.phase = 'transferring';
      return;
    case 'transferring':
      watchSession(engine, row);
      return;
    case 'cancelled_user':
    case 'cancelled_system':
      row.outcome = 'cancelled';
      row.phase = row.phase === 'cancelled_user' ? 'finalizing_cleanup' : 'finalizing_failure';
      return;
    case 'finalizing_success':
      finish(engine, row);
      return;
    case 'finalizing_failure':
      cleanUp(engine, row, 'finished_failure');
      return;
    case 'finalizing_cleanup':
      cleanUp(engine, row, 'finished_cleanup');
      return;
    case 'finished_success':
    case 'finished_failure':
    case 'finished_cleanup':
      if (row.endedAt === undefined) end(engine, row);
      else if (lab.clock.now() > row.endedAt + shown[row.phase] * 1000) db.transfers.delete(row.id);
      return;
    default:
  }
}

/** Takes every transfer one phase further. */
export function watchTransfers(engine: Engine): void {
  for (const row of [...engine.db.transfers.values()]) advance(engine, row);
}
