import type { EngineImageTransfer } from '../../connectors/engine/model/image-transfer.ts';
import { lines, newest, readTrace, type Trace } from '../engine/trace.ts';
import { type EngineDecision, type EngineRequest, engineOperation, type OperationContext } from '../operation.ts';
import { type DiskFacts, diskFacts, diskWords } from './facts.ts';
import type { Image, ImageDisk } from './params.ts';

interface TransferFacts extends DiskFacts {
  readonly trace: Trace;
}

async function look(context: OperationContext, { disk }: ImageDisk): Promise<TransferFacts> {
  // First the events: what they tell as opened shows in the look behind them, unless it has ended.
  const trace = await readTrace(context);
  return { ...(await diskFacts(context, disk)), trace };
}

/** How long a transfer may stand still before the engine pauses it: long enough for another worker to come. */
const INACTIVITY_SECONDS = 300;

/** What brings a transfer that stands still on its way again. */
export function resumeRequest({ id }: Pick<EngineImageTransfer, 'id'>): EngineRequest {
  return { request: 'POST', path: `/imagetransfers/${id}/resume` };
}

/**
 * Opens the way for an image's bytes to its disk, which is locked from then on; leaves the transfer `transferring`.
 * (engine, POST /imagetransfers; TransferDiskImageCommand)
 */
export const openImageTransfer = engineOperation<Image, TransferFacts>({
  name: 'openImageTransfer',
  title: ({ name }) => `Open an image transfer to ${name}`,
  settleSeconds: 180,
  inTurns: true,
  look,
  decide(facts, { name, disk: id, format }): EngineDecision<undefined> {
    const { disk, transfer, trace } = facts;
    const evidence = [diskWords(name, facts)];
    const undo = {
      title: `Cancel the image transfer to ${name}`,
      call: { operation: 'cancelImageTransfer', params: { name, disk: id } },
      byHand: `cancel the upload of disk ${name} in the Administration Portal, under Storage, Disks, Upload, Cancel`,
    };
    if (transfer !== undefined) {
      if (transfer.phase === 'transferring') return { state: 'already', changes: [], evidence };
      if (transfer.phase.startsWith('paused_')) {
        return { state: 'wouldDo', changes: [resumeRequest(transfer)], evidence: [...evidence, ...lines(trace)], undo };
      }
      return { state: 'underWay', changes: [], evidence, awaits: newest(trace) ?? diskWords(name, facts), undo };
    }
    // Gone again after this step has opened it: the engine tells why in its events.
    if (trace.begun && disk?.status !== 'ok') {
      return { state: 'underWay', changes: [], evidence, failed: { what: 'the transfer ended', lines: lines(trace) } };
    }
    if (disk !== undefined && disk.status !== 'ok') {
      return { state: 'underWay', changes: [], evidence, awaits: diskWords(name, facts), undo };
    }
    const body = {
      disk: { id },
      direction: 'upload',
      format: format === 'qcow2' ? 'cow' : 'raw',
      inactivity_timeout: INACTIVITY_SECONDS,
    };
    return { state: 'wouldDo', changes: [{ request: 'POST', path: '/imagetransfers', body }], evidence, undo };
  },
});

/**
 * Ends a transfer as complete; leaves its disk `ok` and unlocked. 4.3 forgets the transfer then, so the disk tells how
 * it went: `ok`, or illegal or gone. (engine, POST /imagetransfers/{id}/finalize)
 */
export const finalizeImageTransfer = engineOperation<Image, TransferFacts>({
  name: 'finalizeImageTransfer',
  title: ({ name }) => `Finalize the image transfer to ${name}`,
  settleSeconds: 600,
  inTurns: true,
  look,
  decide(facts, { name }): EngineDecision<undefined> {
    const { disk, transfer, trace } = facts;
    const counted = transfer?.transferred;
    const evidence = [
      diskWords(name, facts),
      ...(counted === undefined ? [] : [`the engine counted ${counted} bytes`]),
    ];
    const finalize: EngineRequest = { request: 'POST', path: `/imagetransfers/${transfer?.id ?? '{id}'}/finalize` };
    if (transfer === undefined) {
      if (disk?.status === 'ok') return { state: 'already', changes: [], evidence };
      if (disk?.status === 'locked') {
        return { state: 'underWay', changes: [], evidence, awaits: diskWords(name, facts) };
      }
      const what = `the transfer ended without success: ${diskWords(name, facts)}`;
      const fix = 'Roll back, find out why in the events of the engine, and start again';
      return { state: 'underWay', changes: [finalize], evidence, failed: { what, lines: lines(trace), fix } };
    }
    if (transfer.phase === 'transferring') return { state: 'wouldDo', changes: [finalize], evidence };
    if (transfer.phase.startsWith('paused_')) {
      return { state: 'wouldDo', changes: [resumeRequest(transfer), finalize], evidence };
    }
    return { state: 'underWay', changes: [], evidence, awaits: newest(trace) ?? diskWords(name, facts) };
  },
});

/**
 * Cancels whatever transfer is open on a disk; leaves none. The engine removes the disk of an upload with it.
 * (engine, POST /imagetransfers/{id}/cancel)
 */
export const cancelImageTransfer = engineOperation<ImageDisk, DiskFacts>({
  name: 'cancelImageTransfer',
  title: ({ name }) => `Cancel the image transfer to ${name}`,
  settleSeconds: 600,
  look: (context, { disk }) => diskFacts(context, disk),
  decide(facts, { name }): EngineDecision<undefined> {
    const { transfer } = facts;
    const evidence = [diskWords(name, facts)];
    if (transfer === undefined) return { state: 'already', changes: [], evidence };
    if (/^(finalizing|cancelled)_/.test(transfer.phase)) {
      return { state: 'underWay', changes: [], evidence, awaits: diskWords(name, facts) };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: `/imagetransfers/${transfer.id}/cancel` }],
      evidence,
    };
  },
});
