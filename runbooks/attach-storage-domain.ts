import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { HOSTED_ENGINE_LOCK, storageDomainLock } from './locks.ts';
import { names, unknownNames } from './site-names.ts';

export const AttachStorageDomainInput = z.strictObject({
  name: z.string().min(1).describe('Storage domain: a name of storage.dataDomains in the inventory'),
  dataCenter: z
    .string()
    .min(1)
    .optional()
    .describe('Data center that gets it; default: engine.dataCenter of the inventory'),
  ...commonInput,
});

export type AttachStorageDomainInput = z.infer<typeof AttachStorageDomainInput>;

export const attachStorageDomain: RunbookDefinition<AttachStorageDomainInput> = {
  name: 'attachStorageDomain',
  title: 'Attach a storage domain',
  purpose:
    'Makes a data domain on a LUN of Fibre Channel or iSCSI that every host sees over sound paths, or in an NFS export that every host can mount, and attaches it; the first one initialises the data center. Saves the engine before. A LUN that carries something is taken only after its domain was typed; in an export nothing is lost.',
  risk: 'destructive',
  input: AttachStorageDomainInput,
  // The backup of the engine is one file in the engine VM.
  locks: ({ name }) => [HOSTED_ENGINE_LOCK, storageDomainLock(name)],
  identity: ['name', 'dataCenter', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: ({ name }, { wished }) => unknownNames('name', 'storage domain', name, names(wished.dataDomains)),
  example: { name: 'data1' },
  typicalDuration: '5 minutes',
  source: 'article, section 10; oVirt /storagedomains',
};
