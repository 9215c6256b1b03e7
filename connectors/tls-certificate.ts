/** Looks at the certificate that an HTTPS server shows. */
import { connect } from 'node:tls';
import { OperatorError } from '../failures/operator-error.ts';

export interface ServerCertificate {
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Answers with the certificate of a server after verifying it against the CA and the name, as a client does.
 * @throws EngineUnreachable when no verified connection comes about; the signal's reason when aborted
 */
export async function serverCertificate(url: string, ca: string, signal: AbortSignal): Promise<ServerCertificate> {
  signal.throwIfAborted();
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = /^[\d.]+$|:/.test(host);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      ca,
      timeout: TIMEOUT_MS,
      // A literal address has no place in SNI.
      ...(!address && { servername: host }),
    });
    const fail = (why: string) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(signal.aborted ? signal.reason : new OperatorError('EngineUnreachable', `${url}: ${why}`));
    };
    const abort = () => fail('aborted');
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', (error) => fail(error.message));
    socket.once('timeout', () => fail('no answer in time'));
    socket.once('secureConnect', () => {
      const { subject, valid_to } = socket.getPeerCertificate();
      signal.removeEventListener('abort', abort);
      socket.end();
      resolve({ subject: [subject.CN].flat().join(', '), notAfter: Date.parse(valid_to) });
    });
  });
}
