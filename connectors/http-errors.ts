/** Tells what went wrong between the worker and an HTTPS server in the operator's terms. */
import { HTTPError, type RequestError, TimeoutError } from 'got';
import { OperatorError } from '../failures/operator-error.ts';
import type { FailureType } from '../failures/table.ts';

/** OpenSSL's and Node's codes for a certificate that does not hold. */
const CERTIFICATE_TROUBLE: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by a CA that is not the one of the inventory',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed, not signed by the CA of the inventory',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by a CA that is not the one of the inventory',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by a CA that is not the one of the inventory',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by a CA that is not the one of the inventory',
  CERT_SIGNATURE_FAILURE:
    'its certificate was not signed by the CA that it names, perhaps an older CA of the same name',
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it with engine-setup on the engine',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clocks of the engine and of the worker',
  CERT_REVOKED: 'its certificate has been revoked',
};

export function httpFailure(error: RequestError, url: string): OperatorError {
  const [type, why] = explain(error);
  return new OperatorError(type, `Cannot read ${withoutCredentials(url)}: ${why}.`, { cause: error });
}

/** What kind of failure it is, and why, as the end of a sentence. */
export function explain(error: RequestError): [FailureType, string] {
  if (error instanceof HTTPError) {
    const { statusCode, statusMessage } = error.response;
    return [typeForStatus(statusCode), `the server answered ${statusCode} ${statusMessage ?? ''}`.trimEnd()];
  }
  if (error instanceof TimeoutError) return ['EngineUnreachable', 'no answer in time'];
  return connectionTrouble(error);
}

/** Why no verified connection came about, by the codes of Node and OpenSSL. */
export function connectionTrouble({
  code,
  message,
}: {
  readonly code?: string | undefined;
  readonly message: string;
}): [FailureType, string] {
  const certificate = CERTIFICATE_TROUBLE[code ?? ''];
  if (certificate !== undefined) return ['AccessDenied', certificate];
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return ['AccessDenied', 'its certificate is for another name; use a name in engine.url that the certificate has'];
    case 'ERR_INVALID_URL':
      return ['InvalidInput', 'this is not a URL'];
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return ['InvalidInventory', 'the file of engine.ca holds no certificate in PEM format'];
    case 'ECONNREFUSED':
      return ['EngineUnreachable', 'connection refused'];
    case 'ECONNRESET':
    case 'EPIPE':
      return ['EngineUnreachable', 'the connection was reset'];
    case 'ENOTFOUND':
      return ['EngineUnreachable', 'the name does not resolve'];
    case 'EAI_AGAIN':
      return ['EngineUnreachable', 'the DNS server does not answer'];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['EngineUnreachable', 'no route to it'];
    default:
      return ['EngineUnreachable', message];
  }
}

/** What a status means when nothing more is known; a client that reads the fault may know better. */
export function typeForStatus(status: number): FailureType {
  if (status === 400) return 'InvalidInput';
  if (status === 401 || status === 403) return 'AccessDenied';
  if (status === 404) return 'NotFound';
  if (status === 409) return 'EngineBusy';
  if (status === 429 || status >= 500) return 'EngineUnreachable';
  return 'UnexpectedOutput';
}

function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@\s]*@/, '$1').replace(/[?#].*$/, '');
}
