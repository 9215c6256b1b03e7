import { describe, expect, it } from 'vitest';
import { judgeCertificate } from '../../../cli/doctor/certificate.ts';
import { daysUntil, readCertificate } from '../../../connectors/certificate.ts';
import { createAuthority } from '../connectors/certificates.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

function judged(from: number, to: number) {
  const certificate = { subject: 'CN=a', fingerprint: 'AA', notBefore: NOW + from * DAY, notAfter: NOW + to * DAY };
  const check = {
    id: 'engine.certificate',
    subject: 'url',
    name: 'the certificate',
    certificate,
    warnDays: 30,
    fix: 'renew',
  };
  const { state, what, fix } = judgeCertificate(check, NOW);
  return [state, what, fix];
}

describe('a certificate', () => {
  it('is good while more days are left than it takes to renew it', () => {
    expect(judged(-1, 30)).toEqual(['ok', 'the certificate ends on 2026-03-31, in 30 days', undefined]);
    expect(judged(-1, 29.9)).toEqual(['problem', 'the certificate ends on 2026-03-31, in 29 days', 'renew']);
    expect(judged(-1, 1.5)).toEqual(['problem', 'the certificate ends on 2026-03-03, in 1 day', 'renew']);
    expect(judged(-1, 0.5)).toEqual(['problem', 'the certificate ends on 2026-03-02, in 0 days', 'renew']);
  });

  it('that has ended or has not begun is told so', () => {
    expect(judged(-9, -2)).toEqual(['problem', 'the certificate ended on 2026-02-27', 'renew']);
    expect(judged(0.5, 9)).toEqual([
      'problem',
      'the certificate holds only from 2026-03-02T00:00:00.000Z on',
      expect.stringContaining('clock'),
    ]);
  });

  it('is read from PEM with its dates in UTC; anything else is none', async () => {
    const authority = await createAuthority('Engine CA');
    const validity = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2031-01-01T23:30:00Z') };
    const { cert } = await authority.issue(['host1.example.com'], validity);
    expect(readCertificate(cert)).toMatchObject({
      subject: 'CN=host1.example.com',
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      notBefore: validity.from.getTime(),
      notAfter: validity.to.getTime(),
    });
    expect(readCertificate(authority.pem)?.fingerprint).toBe(authority.fingerprint);
    expect(readCertificate('-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n')).toBeUndefined();
    expect(daysUntil(validity.to.getTime(), Date.parse('2030-12-31T23:00:00Z'))).toBe(1);
  });
});
