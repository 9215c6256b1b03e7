import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { storageDomainLock } from './locks.ts';
import { unknownNames, type WishedImage } from './site-names.ts';

export const UploadIsoInput = z.strictObject({
  file: z.string().min(1).describe('Image: a name or file of isos in the inventory; an ISO, a raw or a qcow2 image'),
  ...commonInput,
});

export type UploadIsoInput = z.infer<typeof UploadIsoInput>;

export const uploadIso: RunbookDefinition<UploadIsoInput> = {
  name: 'uploadIso',
  title: 'Upload an image',
  purpose:
    'Brings an installation image, or a raw or qcow2 disk image, from the worker into a storage domain: tests the connection, sends the file, goes on where it was after a death, and compares the checksum of what the storage holds. An image that is there by name and checksum is left alone.',
  risk: 'low',
  input: UploadIsoInput,
  locks: ({ file }, { wished }) => imagesNamed(wished.isos, file).map(({ domain }) => storageDomainLock(domain)),
  unknownNames({ file }, { wished: { isos } }) {
    const known = isos.map((image) => image.name ?? lastPart(image.file));
    return imagesNamed(isos, file).length > 0 ? [] : unknownNames('file', 'image', file, known);
  },
  identity: ['file', 'mode', 'plan', 'standingApproval', 'ticket'],
  example: { file: 'CentOS-7-x86_64-Minimal-1908.iso' },
  typicalDuration: '10 minutes',
  source: 'article, section 12; oVirt /imagetransfers; ovirt-imageio',
};

/** The images of the inventory that are meant: by the name of their disk, else by their file or its last part. */
export function imagesNamed<I extends WishedImage>(isos: readonly I[], wanted: string): readonly I[] {
  const named = isos.filter(({ name, file }) => (name ?? lastPart(file)) === wanted);
  if (named.length > 0) return named;
  return isos.filter(({ file }) => file === wanted || lastPart(file) === lastPart(wanted));
}

/** The name of a file without its folders. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
