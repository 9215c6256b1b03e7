import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import { type EngineImageTransfer, engineImageTransfer } from '../../connectors/engine/model/image-transfer.ts';
import { registerSecret } from '../../connectors/redaction.ts';
import type { OperationContext } from '../operation.ts';

/** A disk and what is open on it, as the engine has them. */
export interface DiskFacts {
  readonly disk?: EngineDisk;
  /** The transfer that holds the disk; absent when there is none, or none any more. */
  readonly transfer?: EngineImageTransfer;
}

/** (engine, /disks/{id} and /imagetransfers, which know no search) */
export async function diskFacts(context: OperationContext, id: string): Promise<DiskFacts> {
  // First the transfers: what ends between the two looks has let go of its disk by then.
  const transfer = (await openTransfers(context)).find((open) => diskOf(open) === id);
  const disk = await context.engine().find(`/disks/${id}`, engineDisk);
  return { ...(disk !== undefined && { disk }), ...(transfer !== undefined && { transfer }) };
}

/** All that have not ended. Their addresses are secrets, for whoever has one may write to its disk. */
async function openTransfers(context: OperationContext): Promise<readonly EngineImageTransfer[]> {
  const transfers = await context.engine().list('/imagetransfers', engineImageTransfer);
  for (const url of transfers.flatMap(({ transfer_url, proxy_url }) => [transfer_url, proxy_url])) {
    const ticket = url?.split('/').at(-1);
    if (ticket !== undefined) registerSecret(ticket);
  }
  return transfers.filter(({ phase }) => !phase.startsWith('finished_'));
}

function diskOf({ disk, image }: EngineImageTransfer): string | undefined {
  return disk?.id ?? image?.id;
}

export function diskWords(name: string, { disk, transfer }: DiskFacts): string {
  const state = disk === undefined ? 'the engine has no disk' : `disk ${name} is ${disk.status ?? 'there'}`;
  const of = disk === undefined ? `${state} for ${name}` : state;
  return transfer === undefined ? of : `${of}, its image transfer is ${transfer.phase}`;
}

/** What stands in a disk's description once its content is proven: readable, kept by the engine, and set by nobody else. */
export function checksumMark(sha256: string): string {
  return `sha256:${sha256}`;
}

/** The checksum that a disk's description gives; people may write it there too. */
export function markedChecksum({ description }: Pick<EngineDisk, 'description'>): string | undefined {
  return /\bsha256:([0-9a-f]{64})\b/.exec(description)?.[1];
}
