import { createSign, createVerify, randomBytes } from 'node:crypto';
import { stamp } from '../ovirt/ids.ts';

/** What a ticket tells the proxy. */
export interface ProxyTicket {
  readonly id: string;
  /** The daemon that has the image. */
  readonly daemon: string;
  /** Virtual milliseconds. */
  readonly expires: number;
}

interface Contents {
  /** Virtual seconds since the epoch. */
  readonly nbf: number;
  readonly iat: number;
  readonly exp: number;
  readonly 'imaged-uri': string;
  readonly 'transfer-ticket': string;
  readonly 'transfer-id': string;
}

const DIGEST = 'sha256';
const fields = ['salt', 'digest', 'validFrom', 'validTo', 'data'] as const;

/** A ticket that proves that the engine gave it (ENGINE uutils `crypto/ticket/TicketEncoder.java`). */
export function sign(contents: Contents, engine: { readonly key: string; readonly certificate: string }): string {
  const map: Record<string, string> = {
    salt: randomBytes(8).toString('base64'),
    digest: DIGEST,
    validFrom: stamp(new Date(contents.nbf * 1000)),
    validTo: stamp(new Date(contents.exp * 1000)),
    data: JSON.stringify(contents),
  };
  const signature = createSign(DIGEST);
  for (const field of fields) signature.update(map[field] ?? '');
  const whole = {
    ...map,
    signedFields: fields.join(','),
    signature: signature.sign(engine.key, 'base64'),
    certificate: engine.certificate,
  };
  return Buffer.from(JSON.stringify(whole)).toString('base64');
}

/** What a signed ticket says, or why it is none. */
export function openSigned(text: string, engineCertificate: string): ProxyTicket | string {
  try {
    const map = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Record<string, string>;
    const proof = createVerify(DIGEST);
    for (const field of (map.signedFields ?? '').split(',')) proof.update(map[field] ?? '');
    if (!proof.verify(engineCertificate, map.signature ?? '', 'base64')) throw new Error('the signature is wrong');
    const data = JSON.parse(map.data ?? '') as Contents;
    return { id: data['transfer-ticket'], daemon: data['imaged-uri'], expires: data.exp * 1000 };
  } catch (error) {
    return `Invalid ovirt ticket (reason=${error instanceof Error ? error.message : ''})`;
  }
}
