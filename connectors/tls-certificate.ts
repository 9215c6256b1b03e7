/** Looks at the certificate that an HTTPS server shows. */
import { connect } from 'node:tls';
import { OperatorError } from '../failures/operator-error.ts';
import { type CertificateFacts, factsOf } from './certificate.ts';
import { connectionTrouble } from './http-errors.ts';

const TIMEOUT_MS = 10_000;

/**
 * The certificate of a server, verified as a client does it: against the CA (without one, those that Node trusts) and
 * the name.
 * @throws EngineUnreachable when nobody answers; AccessDenied when the certificate does not hold; the signal's reason
 * when aborted
 */
export async function serverCertificate(
  url: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<CertificateFacts> {
  signal.throwIfAborted();
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = /^[\d.]+$|:/.test(host);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      ...(ca !== undefined && { ca }),
      timeout: TIMEOUT_MS,
      // A literal address has no place in SNI.
      ...(!address && { servername: host }),
    });
    const fail = (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      const [type, why] = connectionTrouble(error);
      reject(signal.aborted ? signal.reason : new OperatorError(type, `${url}: ${why}`, { cause: error }));
    };
    const abort = () => fail(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.once('timeout', () => fail(new Error('no answer in time')));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return fail(new Error('it showed no certificate'));
      signal.removeEventListener('abort', abort);
      socket.end();
      resolve(factsOf(certificate));
    });
  });
}
