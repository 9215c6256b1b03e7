import type { EngineImage } from '../../../ovirt/storage.ts';
import type { EngineRun } from '../run.ts';
import { PlainRefusal, page } from '../wire/fault.ts';
import type { Session, User } from './sessions.ts';

export const DENIED = 'access_denied';

export const refusal = (user: string): string =>
  `Cannot authenticate user '${user}': Unable to log in. Verify your login information or contact the system administrator..`;

export const noProfile = (user: string): string =>
  `Cannot authenticate user '${user}@N/A': No valid profile found in credentials..`;

/** The user that these credentials belong to, or the sentence of the refusal. Only the internal directory has one. */
export function checkPassword(image: EngineImage, login: string, password: string): User | string {
  const at = login.lastIndexOf('@');
  const [name, profile] = at < 0 ? [login, ''] : [login.slice(0, at), login.slice(at + 1)];
  if (profile !== 'internal') return noProfile(name);
  return name === 'admin' && password === image.adminPassword ? { name, profile } : refusal(login);
}

/** A 401 as the API gives it: the container's page, whatever was accepted. */
function unauthorized(text: string): PlainRefusal {
  const { status, type, message } = page(401, text);
  return new PlainRefusal(status, message, type, { 'www-authenticate': 'Basic realm="RESTAPI"' });
}

export interface Admission {
  readonly session: Session;
  readonly token: string;
  /** Ended with the request: Basic credentials without a lasting session. */
  readonly once: boolean;
  readonly setCookie?: string;
}

const cookieOf = (header: string | undefined): string | undefined =>
  /(?:^|;\s*)JSESSIONID=([^;]+)/.exec(header ?? '')?.[1];

/** Lets a request in or throws the 401. */
export function authenticate(
  run: EngineRun,
  image: EngineImage,
  headers: Readonly<Record<string, string | undefined>>,
  authRefused: boolean,
): Admission {
  if (authRefused) throw unauthorized('Unauthorized');
  const authorization = headers.authorization ?? '';
  const bearer = /^Bearer\s+(.+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) {
    const session = run.sessions.use(bearer);
    if (session) return { session, token: bearer, once: false };
    throw unauthorized('invalid_grant: The provided authorization grant for the auth code has expired.');
  }
  const preferences = (headers.prefer ?? '').split(/[,;\s]+/);
  const cookie = cookieOf(headers.cookie);
  const kept = cookie === undefined || preferences.includes('new-auth') ? undefined : run.sessions.use(cookie);
  if (kept && cookie !== undefined) return { session: kept, token: cookie, once: false };
  const basic = /^Basic\s+(.+)$/i.exec(authorization)?.[1];
  if (basic === undefined) throw unauthorized('Unauthorized');
  const decoded = Buffer.from(basic, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const user = checkPassword(image, decoded.slice(0, Math.max(colon, 0)), decoded.slice(colon + 1));
  if (typeof user === 'string') throw unauthorized(`${DENIED}: ${user}`);
  const token = run.sessions.open(user);
  const session = run.sessions.use(token);
  if (!session) throw new Error('a session is gone that was just opened');
  return preferences.includes('persistent-auth')
    ? { session, token, once: false, setCookie: `JSESSIONID=${token}; path=/ovirt-engine/api; secure; HttpOnly` }
    : { session, token, once: true };
}
