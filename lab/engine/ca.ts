// @peculiar/x509 builds on decorators that want this polyfill first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Lab } from '../types.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEAR = 365 * 24 * 3600 * 1000;
/** VdsCertificateValidityInYears of the engine's configuration (packaging/dbscripts/upgrade/pre_upgrade/0000_config.sql). */
const HOST_YEARS = 5;

/** Files of the lab's directory that make up the authority. */
const files = {
  caPem: 'engine-ca.pem',
  caKey: 'secrets/engine-ca-key.pem',
  key: 'secrets/engine-key.pem',
  certificate: 'engine-certificate.pem',
} as const;

export type EngineIdentity = Readonly<Record<keyof typeof files, string>>;

const pem = (label: string, der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

const keyPair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const privatePem = async (keys: webcrypto.CryptoKeyPair): Promise<string> =>
  pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
const validFor = (years: number) => ({
  notBefore: new Date(Date.now() - 24 * 3600 * 1000),
  notAfter: new Date(Date.now() + years * YEAR),
});

async function make(lab: Lab): Promise<EngineIdentity> {
  const caKeys = await keyPair();
  const caName = `C=US, O=test.local, CN=${lab.engineFqdn}.62119`;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '1000',
    name: caName,
    ...validFor(10),
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const keys = await keyPair();
  const own = await x509.X509CertificateGenerator.create({
    serialNumber: '1004',
    subject: `C=US, O=test.local, CN=${lab.engineFqdn}`,
    issuer: caName,
    ...validFor(10),
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
  return {
    caPem: `${ca.toString('pem')}\n`,
    caKey: await privatePem(caKeys),
    key: await privatePem(keys),
    certificate: `${own.toString('pem')}\n`,
  };
}

const names = Object.keys(files) as (keyof typeof files)[];

/** The lab's CA and the engine's certificate by it; made once per lab directory, so that a restart keeps its clients. */
export async function certificateAuthority(lab: Lab): Promise<EngineIdentity> {
  const { store } = lab;
  const kept = Object.fromEntries(names.map((name) => [name, store.read(files[name])]));
  if (names.every((name) => kept[name] !== undefined)) return kept as EngineIdentity;
  const made = await make(lab);
  for (const name of names) store.write(files[name], made[name], files[name].startsWith('secrets/') ? 0o600 : 0o644);
  return made;
}

export type HostCertificate = Pick<EngineIdentity, 'caPem' | 'key' | 'certificate'>;

/** What the engine gives a host that it installs: the CA, and a certificate for the host by it. */
export async function hostCertificate(lab: Lab, fqdn: string): Promise<HostCertificate> {
  const { caPem, caKey } = await certificateAuthority(lab);
  const der = Buffer.from(caKey.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const keys = await keyPair();
  const own = await x509.X509CertificateGenerator.create({
    subject: `O=test.local, CN=${fqdn}`,
    issuer: new x509.X509Certificate(caPem).subject,
    ...validFor(HOST_YEARS),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    // Clients outside the lab find the host's services on loopback.
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: fqdn },
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return { caPem, key: await privatePem(keys), certificate: `${own.toString('pem')}\n` };
}
