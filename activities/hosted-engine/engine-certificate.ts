import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OperationContext } from '../operation.ts';
import { readHostCa, VDSM_CA } from '../runtime/host-ca.ts';

export interface EngineCa {
  readonly pem?: string;
  /** Where it comes from, or why there is none. */
  readonly source: string;
}

/**
 * The CA to verify the engine with: the inventory's file, else the one that the host got from its engine, read over the
 * pinned SSH connection and compared with the inventory's fingerprint where it names one.
 */
export async function engineCa(context: OperationContext, host: string): Promise<EngineCa> {
  const { ca, fingerprint } = context.inventory.engine;
  if (ca !== undefined) {
    const path = resolve(context.inventoryDirectory, ca.file);
    return readFile(path, 'utf8').then(
      (pem) => ({ pem, source: `the CA in ${ca.file}` }),
      () => ({ source: `engine.ca names ${ca.file}, which cannot be read` }),
    );
  }
  const pem = await readHostCa(context.host(host));
  if (pem === undefined) return { source: `${host} has no engine CA in ${VDSM_CA}` };
  const seen = new X509Certificate(pem).fingerprint256;
  if (fingerprint !== undefined && seen !== fingerprint.toUpperCase()) {
    return { source: `the engine CA on ${host} has fingerprint ${seen}, the inventory expects ${fingerprint}` };
  }
  return { pem, source: `the CA in ${VDSM_CA} on ${host}, fingerprint ${seen}` };
}
