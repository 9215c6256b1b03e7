import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileChecksum } from '../../connectors/imageio/checksum.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { Inventory, InventoryIso } from '../../inventory/schema.ts';
import { imagesNamed } from '../../runbooks/upload-iso.ts';
import type { OperationContext } from '../operation.ts';
import { derivedUuid } from '../runtime/derived-uuid.ts';
import { Meter } from '../runtime/meter.ts';
import { HEAD_BYTES, imageHead } from './format.ts';
import type { Image } from './params.ts';

/** @throws NotFound naming the images that the inventory describes */
export function wishedImage({ isos }: Inventory, file: string): InventoryIso {
  const [found, ...others] = imagesNamed(isos, file);
  if (found !== undefined && others.length === 0) return found;
  const known = isos.map(({ name, file: path }) => name ?? basename(path)).join(', ') || 'none';
  const why = found === undefined ? 'the inventory does not describe it' : 'the inventory describes several of them';
  throw new OperatorError('NotFound', `image ${file}: ${why}; isos has ${known}`);
}

/**
 * Reads what is to be uploaded, all of it for its checksum.
 * @throws PreconditionFailed in a sentence when the file is not there or not to be read
 */
export async function readImage(context: OperationContext, wish: InventoryIso): Promise<Image & { trouble?: string }> {
  const file = resolve(context.inventoryDirectory, wish.file);
  const name = wish.name ?? basename(wish.file);
  try {
    const { size, sha256, head } = await readFile(context, file, name);
    const { format, virtualSize, trouble } = imageHead(head, size);
    const { domain } = wish;
    // Chosen here, which the engine lets its clients do: asked for again, it makes no second disk. (recorded: 376)
    const disk = derivedUuid([domain, name, sha256]);
    return { name, domain, file, size, sha256, format, virtualSize, disk, ...(trouble !== undefined && { trouble }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !(code in UNREADABLE)) throw error;
    throw new OperatorError('PreconditionFailed', `image ${name}: ${file} ${UNREADABLE[code]} on the worker`);
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read',
  EISDIR: 'is a folder, not a file',
};

/** Checksums by path; valid as long as the file is the same one, of the same size and time. */
const checksums = new Map<string, { readonly as: string; readonly sha256: string }>();

async function readFile(context: OperationContext, file: string, name: string) {
  const handle = await open(file);
  try {
    const { buffer: head, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const { size, mtimeMs, ino, dev } = await stat(file);
    const as = [dev, ino, size, mtimeMs].join(' ');
    const known = checksums.get(file);
    if (known?.as === as) return { size, sha256: known.sha256, head: head.subarray(0, bytesRead) };
    const meter = new Meter(`reading ${name}`, size);
    const sha256 = await fileChecksum(file, context.signal, (read) => context.progress(meter.at(read)));
    checksums.set(file, { as, sha256 });
    return { size, sha256, head: head.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}
