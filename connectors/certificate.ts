/** What a certificate says: whose it is, what it is recognised by, how long it holds. */
import { X509Certificate } from 'node:crypto';

export interface CertificateFacts {
  /** As in `C=US, O=example.com, CN=ovirt.example.com`. */
  readonly subject: string;
  /** SHA-256, as `openssl x509 -fingerprint` prints it. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const DAY_MS = 86_400_000;

/** The first certificate of a PEM text; undefined when there is none that can be read. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  try {
    return factsOf(new X509Certificate(pem));
  } catch {
    return undefined;
  }
}

export function factsOf({ subject, fingerprint256, validFrom, validTo }: X509Certificate): CertificateFacts {
  return {
    subject: subject.split('\n').join(', '),
    fingerprint: fingerprint256,
    notBefore: Date.parse(validFrom),
    notAfter: Date.parse(validTo),
  };
}

/** Whole days until then; negative when it is over. */
export function daysUntil(notAfter: number, now = Date.now()): number {
  return Math.floor((notAfter - now) / DAY_MS);
}

/** `2030-01-31`, in UTC. */
export function dateOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
