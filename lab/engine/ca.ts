// @peculiar/x509 builds on decorators that want this polyfill first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Lab } from '../types.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEARS_10 = 10 * 365 * 24 * 3600 * 1000;

export interface EngineIdentity {
  readonly caPem: string;
  readonly key: string;
  readonly certificate: string;
}

const pem = (label: string, der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

async function make(lab: Lab): Promise<EngineIdentity> {
  const dates = { notBefore: new Date(Date.now() - 24 * 3600 * 1000), notAfter: new Date(Date.now() + YEARS_10) };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const caName = `C=US, O=test.local, CN=${lab.engineFqdn}.62119`;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '1000',
    name: caName,
    ...dates,
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const own = await x509.X509CertificateGenerator.create({
    serialNumber: '1004',
    subject: `C=US, O=test.local, CN=${lab.engineFqdn}`,
    issuer: caName,
    ...dates,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: lab.engineFqdn },
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { caPem: `${ca.toString('pem')}\n`, certificate: `${own.toString('pem')}\n`, key: pem('PRIVATE KEY', key) };
}

/** The lab's CA and the engine's certificate by it; made once per lab directory, so that a restart keeps its clients. */
export async function certificateAuthority(lab: Lab): Promise<EngineIdentity> {
  let made: EngineIdentity | undefined;
  const part = async (name: keyof EngineIdentity): Promise<string> => {
    made ??= await make(lab);
    return made[name];
  };
  const caPem = await lab.store.keep('engine-ca.pem', () => part('caPem'), 0o644);
  const key = await lab.store.keep('secrets/engine-key.pem', () => part('key'));
  const certificate = await lab.store.keep('engine-certificate.pem', () => part('certificate'), 0o644);
  return { caPem, key, certificate };
}
