import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CertificateFacts, dateOf, readCertificate } from '../../connectors/certificate.ts';
import { engineCa, fetchCa } from '../../connectors/engine-ca.ts';
import { serverCertificate } from '../../connectors/tls-certificate.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { LoadedInventory } from '../../inventory/load.ts';
import { replaceFile, requireWritable } from '../../inventory/save.ts';
import type { InventoryEngine } from '../../inventory/schema.ts';
import { messageOf, unreachable, usage } from '../failure.ts';
import type { Answer } from '../output.ts';
import { approve } from './approve.ts';
import { inWords, pin, readInventory } from './file.ts';
import type { TrustRequest } from './host.ts';

const never = new AbortController().signal;

/**
 * Pins the CA of the engine: into the file that `engine.ca` names, else as `engine.fingerprint`. Leaves all as it is when
 * the engine can be verified already.
 */
export async function trustCa(request: TrustRequest): Promise<Answer> {
  const { inventory: path } = request;
  const loaded = await readInventory(path);
  const { engine } = loaded.inventory;
  const former = await trustedNow(loaded);
  const wished = request.fingerprint === undefined ? undefined : parseFingerprint(request.fingerprint);
  if (former.verified && (wished === undefined || wished === former.ca?.fingerprint)) {
    return answer(path, engine, former.ca, false);
  }
  const { pem, ca } = await handedOut(engine);
  if (former.pinned !== undefined && !request.replace) throw pinnedOtherwise(engine, former.pinned, ca);

  const file = engine.ca && resolve(loaded.directory, engine.ca.file);
  const present = file && (await readFile(file, 'utf8').catch(() => undefined));
  // A file that is still to be made is proven writable by its making.
  if (file === undefined || present !== undefined) await inWords(() => requireWritable(file ?? path));
  await approve({
    name: `the engine at ${engine.url}`,
    shown: `The engine at ${engine.url} hands out this CA, which signed its certificate:\n${table(ca)}`,
    fingerprints: [ca.fingerprint],
    example: 'AA:BB:…',
    parse: parseFingerprint,
    compare:
      'Compare in the engine VM: openssl x509 -noout -fingerprint -sha256 -in /etc/pki/ovirt-engine/ca.pem (on a host of the engine: /etc/pki/vdsm/certs/cacert.pem)',
    ...(request.fingerprint !== undefined && { given: request.fingerprint }),
    terminal: request.terminal,
  });
  if (file === undefined) await pin(path, ['engine', 'fingerprint'], ca.fingerprint);
  else await inWords(() => replaceFile(file, present, pem));
  return answer(path, engine, ca, true, former.pinned);
}

interface Trusted {
  /** The engine's certificate holds by what the inventory says now. */
  readonly verified: boolean;
  readonly ca?: CertificateFacts | undefined;
  /** Fingerprint of what is trusted now; absent when there is nothing, or a file that is still missing. */
  readonly pinned?: string | undefined;
}

async function trustedNow({ inventory, directory }: LoadedInventory): Promise<Trusted> {
  const { engine } = inventory;
  const file = engine.ca && resolve(directory, engine.ca.file);
  const text = file && (await readFile(file, 'utf8').catch(() => undefined));
  if (file !== undefined && text === undefined) return { verified: false };
  const pinned = text === undefined ? engine.fingerprint?.toUpperCase() : (readCertificate(text)?.fingerprint ?? file);
  try {
    const pem = await engineCa(engine, directory);
    await serverCertificate(engine.url, pem, never);
    return { verified: true, pinned, ca: pem === undefined ? undefined : readCertificate(pem) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (error.type === 'EngineUnreachable') throw away(engine, error);
    return { verified: false, pinned };
  }
}

/** The CA as the engine hands it out, proven to have signed the certificate that the engine shows. */
async function handedOut(engine: InventoryEngine): Promise<{ pem: string; ca: CertificateFacts }> {
  let ca: CertificateFacts | undefined;
  try {
    const pem = await fetchCa(engine.url);
    ca = readCertificate(pem);
    if (ca === undefined) throw usage(`what ${engine.url} hands out as its CA is no certificate. Nothing was pinned.`);
    await serverCertificate(engine.url, pem, never);
    return { pem, ca };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (ca === undefined || error.type === 'EngineUnreachable') throw away(engine, error);
    throw usage(
      `the engine hands out the CA ${ca.subject} (${ca.fingerprint}), but verified with it: ${error.message}. Nothing was pinned. If another CA signed the certificate of its web server, save that CA in a file and name it as engine.ca.`,
    );
  }
}

function away({ url }: InventoryEngine, error: OperatorError): Error {
  return unreachable(
    `the engine cannot be asked at ${url}: ${messageOf(error)} Nothing was pinned. Look at engine.url in the inventory; before the first deployment there is no CA yet, leave ca and fingerprint out.`,
  );
}

function pinnedOtherwise({ url, ca }: InventoryEngine, pinned: string, shown: CertificateFacts): Error {
  const where = ca === undefined ? 'engine.fingerprint' : `engine.ca (${ca.file})`;
  return usage(
    `${where} is ${pinned}, and with it the engine at ${url} cannot be verified; it hands out this CA:\n${table(shown)}\nEither the engine was installed anew, or something else answers at its address. Who is trusted here gets the password of the engine's administrator: compare in the engine VM first, then run this again with --replace.`,
    { pinned, offered: [shown.fingerprint] },
  );
}

/** Finds it in what `openssl x509 -fingerprint` prints, too. */
function parseFingerprint(text: string): string | undefined {
  return /(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/i.exec(text)?.[0].toUpperCase();
}

function table({ subject, fingerprint, notBefore, notAfter }: CertificateFacts): string {
  return `  subject      ${subject}\n  valid        ${dateOf(notBefore)} to ${dateOf(notAfter)}\n  fingerprint  ${fingerprint}`;
}

function answer(
  inventory: string,
  engine: InventoryEngine,
  ca: CertificateFacts | undefined,
  changed: boolean,
  replaced?: string,
): Answer {
  const where =
    engine.ca === undefined ? `engine.fingerprint in ${inventory}` : `the file of engine.ca, ${engine.ca.file}`;
  const held = ca === undefined ? 'a CA that Node.js trusts' : `the CA ${ca.fingerprint}`;
  return {
    document: {
      inventory,
      engine: engine.url,
      ...(ca !== undefined && {
        ca: {
          subject: ca.subject,
          fingerprint: ca.fingerprint,
          notBefore: new Date(ca.notBefore).toISOString(),
          notAfter: new Date(ca.notAfter).toISOString(),
        },
      }),
      changed,
      ...(replaced !== undefined && { replaced }),
    },
    text: changed
      ? `The engine at ${engine.url} is pinned to ${held}, kept as ${where}. Next: npx runbook doctor`
      : `The engine at ${engine.url} is verified already, by ${held}.`,
  };
}
