import type { Lab } from '../types.ts';
import { engineSshKey } from './ssh-key.ts';

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const COOKIE = 'locale=en_US; path=/; secure; HttpOnly; Max-Age=2147483647; Expires=Sat, 11-Dec-2094 10:35:58 GMT';
const page = (status: number, type: string, body: string): Page => ({
  status,
  headers: { 'set-cookie': COOKIE, 'content-type': type },
  body,
});
const HTML = 'text/html;charset=UTF-8';

export const notFound: Page = page(
  404,
  HTML,
  '<html><head><title>Error</title></head><body>404 - Not Found</body></html>',
);
export const starting: Page = {
  status: 503,
  headers: { 'content-type': 'text/html; charset=iso-8859-1' },
  body: '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>503 Service Unavailable</title>\n</head><body>\n<h1>Service Unavailable</h1>\n</body></html>\n',
};

function pkiResource(lab: Lab, url: URL): Page {
  const resource = url.searchParams.get('resource') ?? '';
  const format = url.searchParams.get('format') ?? '';
  const bad = (what: string): Page =>
    page(400, HTML, `<html><head><title>Error</title></head><body>${what} is invalid</body></html>`);
  if (!['ca-certificate', 'engine-certificate'].includes(resource)) return bad(`Resource '${resource}'`);
  if (format === 'OPENSSH-PUBKEY' && resource === 'engine-certificate') {
    return page(200, 'text/plain; charset=ISO-8859-1', `${engineSshKey(lab)} ovirt-engine\n`);
  }
  const file = resource === 'ca-certificate' ? 'engine-ca.pem' : 'engine-certificate.pem';
  const types: Readonly<Record<string, string>> = {
    'X509-PEM-CA': 'application/x-x509-ca-cert; charset=ISO-8859-1',
    'X509-PEM': 'application/x-x509-cert; charset=ISO-8859-1',
  };
  const type = types[format];
  return type === undefined ? bad(`Format '${format}'`) : page(200, type, lab.store.read(file) ?? '');
}

/** The engine's pages outside its API; undefined when there is none of that path. */
export function enginePage(lab: Lab, url: URL): Page | undefined {
  switch (url.pathname) {
    case '/ovirt-engine/services/health':
      return page(200, 'text/html;charset=ISO-8859-1', 'DB Up!Welcome to Health Status!');
    case '/ovirt-engine/services/pki-resource':
      return pkiResource(lab, url);
    case '/ovirt-engine':
      return { status: 302, headers: { location: '/ovirt-engine/' }, body: '' };
    case '/ovirt-engine/':
      return page(
        200,
        HTML,
        '<!DOCTYPE html><html><head><title>oVirt Engine</title></head><body><a href="/ovirt-engine/webadmin/?locale=en_US">Administration Portal</a><a href="/ovirt-engine/web-ui">VM Portal</a></body></html>',
      );
    default:
      return undefined;
  }
}
