import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OperationContext } from '../operation.ts';
import { VDSM_CA } from './paths.ts';

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
  const { code, stdout } = await context.host(host).read(['cat', VDSM_CA]);
  if (code !== 0 || !stdout.includes('BEGIN CERTIFICATE')) return { source: `${host} has no engine CA in ${VDSM_CA}` };
  const seen = new X509Certificate(stdout).fingerprint256;
  if (fingerprint !== undefined && seen !== fingerprint.toUpperCase()) {
    return { source: `the engine CA on ${host} has fingerprint ${seen}, the inventory expects ${fingerprint}` };
  }
  return { pem: stdout, source: `the CA in ${VDSM_CA} on ${host}, fingerprint ${seen}` };
}
