import * as z from 'zod';
import { OperatorError } from '../../failures/operator-error.ts';
import { registerSecret } from '../redaction.ts';
import { type Answer, carry, type Exchange } from './transport.ts';

/** Who talks to which engine; secrets and CA are read when they are needed. */
export interface EngineAccount {
  /** https://…/ovirt-engine, without a trailing slash. */
  readonly url: string;
  readonly user: string;
  password(): Promise<string>;
  /** PEM of the CA that must have signed the engine's certificate; undefined: those that Node trusts. */
  ca(): Promise<string | undefined>;
}

/** The sessions of one worker: runs share them, because every login is an audit event of the engine. */
export class EngineSessions {
  readonly #sessions = new Map<string, EngineSession>();

  /** The session of this key, made at first use. */
  of(key: string, account: EngineAccount): EngineSession {
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const session = new EngineSession(account);
    this.#sessions.set(key, session);
    return session;
  }
}

/** Fresh tokens for one request, before the engine counts as accepting none. */
const MOST_LOGINS = 3;

const token = z.object({ access_token: z.string().min(1) });
const failure = z.object({
  error_code: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
});

/** One token of the engine's SSO, got when first needed and again when the engine no longer knows it. */
export class EngineSession {
  #token: string | undefined;
  #login: Promise<string> | undefined;
  #ca: Promise<string | undefined> | undefined;

  constructor(private readonly account: EngineAccount) {}

  get url(): string {
    return this.account.url;
  }

  /**
   * Sends a request with the token. A 401 means an idle, lost or revoked one (a restarted engine knows none): the
   * request was not looked at, so it is sent again with a fresh token, which may be lost as well.
   */
  async exchange(request: Omit<Exchange, 'ca'>): Promise<Answer> {
    let used: string | undefined;
    for (let logins = 0; ; logins += 1) {
      used = await this.#tokenBut(used);
      const answer = await this.#send(request, used);
      if (answer.status !== 401 || logins === MOST_LOGINS) return answer;
    }
  }

  /** A page that anybody may read, below the address of the engine. */
  page(path: string, signal: AbortSignal): Promise<Answer> {
    return this.#carry({ method: 'GET', url: `${this.url}${path}`, headers: {}, signal });
  }

  async #send(request: Omit<Exchange, 'ca'>, bearer: string): Promise<Answer> {
    return this.#carry({ ...request, headers: { ...request.headers, authorization: `Bearer ${bearer}` } });
  }

  /** The token, unless it is the expired one; requests that need a new one at the same time share one login. */
  async #tokenBut(expired: string | undefined): Promise<string> {
    if (this.#token !== undefined && this.#token !== expired) return this.#token;
    this.#login ??= this.#logIn().finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  async #logIn(): Promise<string> {
    this.#token = undefined;
    const { url, user } = this.account;
    const form = new URLSearchParams({
      grant_type: 'password',
      scope: 'ovirt-app-api',
      username: user,
      password: await this.account.password(),
    });
    const answer = await this.#carry({
      // A login changes nothing: when its answer is lost, another one may follow.
      method: 'POST',
      url: `${url}/sso/oauth/token`,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    }).catch((error: unknown) => {
      if (!(error instanceof OperatorError) || error.type !== 'OutcomeUnknown') throw error;
      throw new OperatorError('EngineUnreachable', `Cannot log in at ${url}: the connection was lost.`, {
        cause: error,
      });
    });
    const got = answer.status === 200 ? token.safeParse(parse(answer.body)) : undefined;
    if (got?.success !== true) throw this.#refused(answer);
    registerSecret(got.data.access_token);
    this.#token = got.data.access_token;
    return this.#token;
  }

  /** The SSO answers 400 with JSON when it refuses; anything else comes from an engine that is not up. */
  #refused({ status, body }: Answer): OperatorError {
    const said = failure.safeParse(parse(body));
    const { url, user } = this.account;
    if (said.success && status === 400) {
      const { error_code, error, error_description } = said.data;
      const code = error_code ?? (error_description === undefined ? '' : (error ?? ''));
      const why = (error_description ?? error ?? code).replace(/\.+$/, '');
      const type = code === 'server_error' ? 'EngineUnreachable' : 'AccessDenied';
      return new OperatorError(type, `Cannot log in as ${user} at ${url}: ${why}.`);
    }
    return new OperatorError('EngineUnreachable', `Cannot log in at ${url}: its SSO answered ${status}.`);
  }

  async #carry(request: Omit<Exchange, 'ca'>): Promise<Answer> {
    this.#ca ??= this.account.ca();
    const reading = this.#ca;
    try {
      const ca = await reading;
      return await carry({ ...request, ...(ca !== undefined && { ca }) });
    } catch (error) {
      // A newly deployed engine has a new CA: one that does not hold, or could not be read, is read again next time.
      const holds = error instanceof OperatorError && ['EngineUnreachable', 'OutcomeUnknown'].includes(error.type);
      if (!holds && this.#ca === reading) this.#ca = undefined;
      throw error;
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
