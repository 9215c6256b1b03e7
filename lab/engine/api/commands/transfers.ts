import { uuid } from '../../../ovirt/ids.ts';
import type { DiskRow } from '../database/disks.ts';
import { vmsWith } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import { vmStatus } from '../database/placement.ts';
import { statusWord, vdsmDomain } from '../database/storage-domains.ts';
import type { TransferPhase, TransferRow } from '../database/transfers.ts';
import { inTransfer, pausedPhases } from '../database/transfers.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, notGiven, refused } from '../wire/fault.ts';
import { number, part, text } from '../wire/values.ts';

/** TransferImageClientInactivityTimeoutInSeconds (0000_config.sql). */
const INACTIVITY = 60;
/** Nothing in the engine expects this; its command fails before it can say why. */
const failure = (): ApiFault => new ApiFault(500, 'Operation Failed', '[General command validation failure.]');

/** The disk that a request names, and the volume of it that is meant. */
function wanted(call: Call): { disk: DiskRow; volumeId: string } {
  const { lab, db, body } = call;
  const [diskId, imageId] = [text(part(body, 'disk'), 'id'), text(part(body, 'snapshot'), 'id')];
  if (diskId === undefined && imageId === undefined) {
    throw notGiven('No matching signature found, make sure that mandatory attributes are provided.');
  }
  if (diskId !== undefined) {
    const disk = db.disks.get(diskId);
    if (!disk) throw failure();
    return { disk, volumeId: disk.imageId };
  }
  for (const disk of db.disks.values()) {
    const domain = db.storageDomains.get(disk.domainId);
    const volume = domain && vdsmDomain(lab, domain)?.volumes.get(imageId ?? '');
    if (volume?.image === disk.id) return { disk, volumeId: volume.id };
  }
  throw failure();
}

function check(call: Call, disk: DiskRow): void {
  const { lab, db } = call;
  const cannot = 'Cannot transfer Virtual Disk';
  if (inTransfer(db, disk.id)) throw refused(409, `${cannot}: Disk is locked. Please try again later.`);
  if (disk.status === 'illegal') {
    throw new ApiFault(
      500,
      'Operation Failed',
      `[${cannot}. The following attached disks are in ILLEGAL status: ${disk.alias} - please remove them and try again.]`,
    );
  }
  const domain = db.storageDomains.get(disk.domainId);
  if (domain?.status !== 'active') {
    throw refused(
      409,
      `${cannot}. The relevant Storage Domain's status is ${statusWord(domain?.status ?? 'unknown')}.`,
    );
  }
  const running = vmsWith(db, disk).filter((vm) => vmStatus(lab, db, vm) !== 'down');
  if (running.length > 0) {
    const names = running.map((vm) => vm.name).join(', ');
    throw refused(409, `${cannot}. The disk ${disk.alias} is plugged to non-Down VMs: ${names}`);
  }
  if (disk.status === 'locked') {
    throw refused(409, `${cannot}: The following disks are locked: ${disk.alias}. Please try again in a few minutes.`);
  }
}

/** Begins to move a disk's bytes: the disk is locked from now on, its session opens at the engine's next look. */
export function addTransfer(call: Call): TransferRow {
  const { lab, db, body, correlationId } = call;
  const { disk, volumeId } = wanted(call);
  check(call, disk);
  const format = text(body, 'format') as 'raw' | 'cow' | undefined;
  const row: TransferRow = {
    id: uuid(lab),
    diskId: disk.id,
    volumeId,
    direction: text(body, 'direction') === 'download' ? 'download' : 'upload',
    format: format ?? disk.format,
    converts: format === 'raw',
    inactivityTimeout: number(body, 'inactivity_timeout') ?? INACTIVITY,
    wantedHostId: text(part(body, 'host'), 'id'),
    user: userName(call.user),
    correlationId,
    startedAt: lab.clock.now(),
    phase: 'initializing',
    active: false,
  };
  db.transfers.set(row.id, row);
  disk.status = 'locked';
  const type = row.direction === 'upload' ? 'Upload' : 'Download';
  tell(lab, db, {
    code: 1031,
    correlationId,
    user: row.user,
    text: `Image ${type} with disk ${disk.alias} was initiated by ${row.user}.`,
  });
  lab.changed(`image transfer of ${disk.alias}`);
  return row;
}

/** What clients may ask of a transfer, by the phase that brings it on its way. */
const asked: Readonly<Record<string, TransferPhase>> = {
  pause: 'paused_user',
  resume: 'resuming',
  cancel: 'cancelled_user',
  finalize: 'finalizing_success',
};

/** Notes what a client wants; the engine acts on it at its next look. A transfer that is gone lets it pass. */
export function steerTransfer(call: Call, row: TransferRow | undefined, action: string): void {
  const phase = asked[action];
  if (phase === undefined) return;
  if (!row) {
    if (phase === 'resuming') throw failure();
    return;
  }
  if (phase === 'resuming' && !pausedPhases.has(row.phase)) {
    throw refused(409, "Cannot resume image transfer as it's not in a paused state.");
  }
  if (phase === 'paused_user' && row.direction === 'download') {
    throw refused(
      400,
      "Cannot pause image download as it's handled by the client. Note that it can be canceled if you wish to stop it.",
    );
  }
  row.phase = phase;
  if (phase === 'paused_user') {
    const text = `Image transfer was paused by user (${userName(call.user)}).`;
    tell(call.lab, call.db, { code: 1073, correlationId: call.correlationId, user: userName(call.user), text });
  }
  call.lab.changed(`image transfer ${action}`);
}
