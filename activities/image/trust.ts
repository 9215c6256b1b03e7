import { readCertificate } from '../../connectors/certificate.ts';
import { engineCa, fetchCa } from '../../connectors/engine-ca.ts';
import { serverCertificate } from '../../connectors/tls-certificate.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { Inventory } from '../../inventory/schema.ts';
import type { Finding, OperationContext } from '../operation.ts';
import { readHostCa } from '../runtime/host-ca.ts';

/** What is needed to reach a server of images: an operation has it, and so has the doctor. */
export type Reaching = Pick<OperationContext, 'inventory' | 'inventoryDirectory' | 'signal' | 'host'>;

/** ImageProxyAddress of the engine, where nothing else is set. */
const PROXY_PORT = 54323;

export function imageProxyUrl({ url, imageProxy }: Inventory['engine']): string {
  return `https://${imageProxy ?? `${new URL(url).hostname}:${PROXY_PORT}`}`;
}

/** By which image daemon and proxy are verified: as the engine is. */
export async function imageCa(context: Reaching): Promise<string | undefined> {
  const { inventory, inventoryDirectory, signal } = context;
  const known = await engineCa(inventory.engine, inventoryDirectory, signal);
  if (known !== undefined) return known;
  for (const { name } of inventory.hosts.filter(({ role }) => role === 'hostedEngine')) {
    const copy = await readHostCa(context.host(name)).catch(() => undefined);
    if (copy !== undefined) return copy;
  }
  return undefined;
}

/** How a server of images is reached: verified, not reached at all, or not to be trusted. */
export interface Reach {
  readonly url: string;
  readonly state: 'trusted' | 'silent' | 'untrusted';
  readonly why: string;
  /** What to do about a certificate that does not hold. */
  readonly finding?: Finding;
}

/**
 * Connects as an upload does, and where the certificate does not hold finds out whether it is the engine's own CA that
 * is missing: what a browser tells as a network error. (article, section 12; engine, pki-resource)
 */
export async function testReach(context: Reaching, url: string): Promise<Reach> {
  const { signal } = context;
  try {
    const { subject } = await serverCertificate(url, await imageCa(context), signal);
    return { url, state: 'trusted', why: `its certificate is that of ${subject}` };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const why = error.message.replace(`${url}: `, '');
    if (error.type === 'EngineUnreachable') return { url, state: 'silent', why };
    if (error.type !== 'AccessDenied') throw error;
    return { url, state: 'untrusted', why, finding: await untrusted(context, url, why) };
  }
}

async function untrusted(context: Reaching, url: string, why: string): Promise<Finding> {
  const { signal, inventory } = context;
  const { url: engineUrl } = inventory.engine;
  const resource = `${engineUrl}/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA`;
  const own = await fetchCa(engineUrl, signal).catch(() => undefined);
  const holds =
    own !== undefined &&
    (await serverCertificate(url, own, signal).then(
      () => true,
      () => false,
    ));
  if (!holds) {
    const fix = 'Look at the certificate there, and renew it with engine-setup (proxy) or Enroll Certificate (host)';
    return { what: `${new URL(url).host} is not to be trusted: ${why}`, fix };
  }
  const fingerprint = readCertificate(own)?.fingerprint;
  return {
    what: `${new URL(url).host} shows a certificate of the engine's own CA, which engine.ca does not hold; uploads from a browser without it end in "Unable to upload image to disk … due to a network error"`,
    fix: `Get it from ${resource}, compare its SHA-256 ${fingerprint} with that of /etc/pki/ovirt-engine/ca.pem on the engine machine, and add it to the file of engine.ca`,
  };
}
