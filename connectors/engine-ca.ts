/** The CA by which the engine is verified: a file of the inventory, or what the engine hands out if it is the pinned one. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import got, { RequestError } from 'got';
import { OperatorError } from '../failures/operator-error.ts';
import type { InventoryEngine } from '../inventory/schema.ts';
import { httpFailure } from './http-errors.ts';

const CA_RESOURCE = '/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA';
const TIMEOUT_MS = 10_000;

/** PEM of the CA; undefined when the inventory names none, so that the CAs which Node trusts decide. */
export async function engineCa(
  engine: Pick<InventoryEngine, 'url' | 'ca' | 'fingerprint'>,
  directory: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (engine.ca !== undefined) return readCa(resolve(directory, engine.ca.file));
  if (engine.fingerprint !== undefined) return fetchPinnedCa(engine.url, engine.fingerprint, signal);
  return undefined;
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new OperatorError('InvalidInventory', `Cannot read engine.ca from ${path}: ${why}.`, { cause: error });
  }
}

/** Nothing vouches for the connection here; the fingerprint vouches for what came over it. */
async function fetchPinnedCa(engineUrl: string, pinned: string, signal?: AbortSignal): Promise<string> {
  const url = `${engineUrl}${CA_RESOURCE}`;
  try {
    const pem = await got(url, {
      retry: { limit: 0 },
      followRedirect: false,
      timeout: { request: TIMEOUT_MS },
      https: { rejectUnauthorized: false },
      ...(signal && { signal }),
    }).text();
    const seen = fingerprintOf(pem);
    if (seen === pinned.toUpperCase()) return pem;
    throw new OperatorError(
      'AccessDenied',
      `Cannot verify the engine at ${engineUrl}: engine.fingerprint is ${pinned.toUpperCase()}, but its CA has ${seen}.`,
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof RequestError ? httpFailure(error, url) : error;
  }
}

function fingerprintOf(pem: string): string {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return 'no readable certificate';
  }
}
