import { type CertificateFacts, dateOf, daysUntil } from '../../connectors/certificate.ts';
import { type Finding, ok, problem } from './finding.ts';

export interface CertificateCheck {
  readonly id: string;
  readonly subject: string;
  /** "the certificate of the engine". */
  readonly name: string;
  readonly certificate: CertificateFacts;
  /** With less left than this it is time. */
  readonly warnDays: number;
  readonly fix: string;
}

/** Whether a certificate holds today and for long enough. */
export function judgeCertificate(check: CertificateCheck, now = Date.now()): Finding {
  const { id, subject, name, certificate, warnDays, fix } = check;
  const { notBefore, notAfter } = certificate;
  const days = daysUntil(notAfter, now);
  if (now < notBefore) {
    const clocks = 'Compare the clock of this machine with that of the engine';
    return problem(id, subject, `${name} holds only from ${new Date(notBefore).toISOString()} on`, clocks);
  }
  if (now >= notAfter) return problem(id, subject, `${name} ended on ${dateOf(notAfter)}`, fix);
  const left = `${name} ends on ${dateOf(notAfter)}, in ${days} ${days === 1 ? 'day' : 'days'}`;
  return days < warnDays ? problem(id, subject, left, fix) : ok(id, subject, left);
}
