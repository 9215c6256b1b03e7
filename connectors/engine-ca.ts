/** The CA by which the engine is verified: a file of the inventory, or what the engine hands out if it is the pinned one. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import got, { RequestError } from 'got';
import { OperatorError } from '../failures/operator-error.ts';
import type { InventoryEngine } from '../inventory/schema.ts';
import { readCertificate } from './certificate.ts';
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

async function fetchPinnedCa(engineUrl: string, pinned: string, signal?: AbortSignal): Promise<string> {
  const pem = await fetchCa(engineUrl, signal);
  const seen = readCertificate(pem)?.fingerprint ?? 'no readable certificate';
  if (seen === pinned.toUpperCase()) return pem;
  throw new OperatorError(
    'AccessDenied',
    `Cannot verify the engine at ${engineUrl}: engine.fingerprint is ${pinned.toUpperCase()}, but its CA has ${seen}.`,
  );
}

/**
 * What the engine hands out as its CA, in PEM. Nothing vouches for the connection: use it only for what its fingerprint
 * vouches for.
 */
export async function fetchCa(engineUrl: string, signal?: AbortSignal): Promise<string> {
  const url = `${engineUrl}${CA_RESOURCE}`;
  try {
    return await got(url, {
      retry: { limit: 0 },
      followRedirect: false,
      timeout: { request: TIMEOUT_MS },
      https: { rejectUnauthorized: false },
      ...(signal && { signal }),
    }).text();
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof RequestError ? httpFailure(error, url) : error;
  }
}
