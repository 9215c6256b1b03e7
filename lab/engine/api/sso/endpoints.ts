import type { EngineImage } from '../../../ovirt/storage.ts';
import type { Page } from '../../pages.ts';
import type { EngineRun } from '../run.ts';
import { checkPassword, DENIED } from './authenticate.ts';

const COOKIE = 'locale=en_US; path=/; secure; HttpOnly; Max-Age=2147483647; Expires=Sat, 11-Dec-2094 10:35:58 GMT';
const HARDENED = {
  'x-xss-protection': '1; MODE=BLOCK',
  'x-content-type-options': 'NOSNIFF',
  'x-frame-options': 'SAMEORIGIN',
} as const;
const API_SCOPE = 'ovirt-app-api';
const GRANTED =
  'ovirt-app-api ovirt-ext=token-info:authz-search ovirt-ext=token-info:public-authz-search ovirt-ext=token-info:validate ovirt-ext=token:password-access';
/** Directories without an end of validity say so with the largest date there is. */
const FOREVER = '9223372036854775807';

const json = (status: number, body: Record<string, string>, headers: Record<string, string> = HARDENED): Page => ({
  status,
  headers: { 'set-cookie': COOKIE, ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(body, null, 2),
});

/** An OAuth error; the keys depend on what kind of client asks. */
function refuse(scope: string, code: string, text: string): Page {
  return scope.split(/\s+/).includes(API_SCOPE)
    ? json(400, { error_code: code, error: text })
    : json(400, { error_description: text, error: code });
}

export interface SsoRequest {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly accept: string | undefined;
  readonly authRefused: boolean;
}

function token(run: EngineRun, image: EngineImage, request: SsoRequest): Page {
  const { form } = request;
  const scope = form.get('scope') ?? '';
  if (!request.accept) return refuse(scope, 'invalid_request', "Missing parameter: 'Accept Header'");
  if (form.get('grant_type') !== 'password') {
    return refuse(
      scope,
      'unsupported_grant_type',
      'The authorization grant type is not supported by the authorization server.',
    );
  }
  const login = form.get('username') ?? '';
  const user = checkPassword(image, login, request.authRefused ? '' : (form.get('password') ?? ''));
  if (typeof user === 'string') return refuse(scope, DENIED, user);
  return json(200, {
    access_token: run.sessions.open(user),
    scope: scope === API_SCOPE ? GRANTED : scope,
    exp: FOREVER,
    token_type: 'bearer',
  });
}

/** Ends a session only for who asks for all of it; a public client's log-out leaves the token alive. */
function logout(run: EngineRun, form: URLSearchParams): Page {
  const scope = (form.get('scope') ?? '').split(/\s+/);
  if (scope.includes('ovirt-ext=revoke:revoke-all')) run.sessions.close(form.get('token') ?? '');
  return json(200, {}, {});
}

/** Answers the SSO's own paths; undefined when there is none of that path. */
export function ssoPage(run: EngineRun, image: EngineImage, request: SsoRequest): Page | undefined {
  switch (request.path) {
    case '/ovirt-engine/sso/status':
      return json(200, { status_description: 'SSO Webapp Deployed', version: '0', status: 'active' });
    case '/ovirt-engine/sso/oauth/token':
      return token(run, image, request);
    case '/ovirt-engine/services/sso-logout':
      return logout(run, request.form);
    case '/ovirt-engine/sso/oauth/revoke':
      // Only clients that are registered with the engine revoke here; no user has such a secret.
      return refuse(request.form.get('scope') ?? '', 'invalid_request', "Missing parameter: 'client_id'");
    default:
      return undefined;
  }
}
