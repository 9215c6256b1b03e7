import * as z from 'zod';
import { type JsonObject, OperatorError } from '../../failures/operator-error.ts';
import { document, refusal } from './faults.ts';
import { type EngineEvent, engineEvent } from './model/event.ts';
import { type EngineJob, engineJob } from './model/job.ts';
import type { EngineReader, EventsWanted, IscsiTargets, ListOptions, PowerStatus } from './reader.ts';
import { bodyToSend, type EngineRequest } from './request.ts';
import { nameSearch, sortField } from './search.ts';
import type { EngineSession } from './session.ts';

const discoveryAnswer = z.object({
  iscsi_targets: z.object({ iscsi_target: z.array(z.string()).default([]) }).default({ iscsi_target: [] }),
});

const powerAnswer = z.object({
  power_management: z.object({ status: z.enum(['on', 'off', 'unknown']).default('unknown') }).optional(),
});

export interface EngineCall {
  readonly correlationId: string;
  readonly ownIds?: readonly string[];
  readonly signal: AbortSignal;
}

/** BackendPKIResource of the engine; it is the key pair of the engine's own certificate. */
const SSH_KEY = '/services/pki-resource?resource=engine-certificate&format=OPENSSH-PUBKEY';
const PAGE = 200;
const PASSES = 5;

/** Reads and, for the runtime alone, sends what changes something. */
export class EngineClient implements EngineReader {
  constructor(
    private readonly session: Pick<EngineSession, 'url' | 'exchange' | 'page'>,
    private readonly call: EngineCall,
  ) {}

  get correlationId(): string {
    return this.call.correlationId;
  }

  get ownIds(): readonly string[] {
    return this.call.ownIds ?? [];
  }

  async get<T>(path: string, schema: z.ZodType<T>, query: Readonly<Record<string, string>> = {}): Promise<T> {
    return understand(path, schema, await this.#read(path, query));
  }

  async find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return await this.get(path, schema);
    } catch (error) {
      if (error instanceof OperatorError && error.type === 'NotFound') return undefined;
      throw error;
    }
  }

  async list<T>(path: string, schema: z.ZodType<T>, options: ListOptions = {}): Promise<readonly T[]> {
    const sort = sortField(path);
    const { search, query = {} } = options;
    const members =
      sort === undefined
        ? membersOf(path, await this.#read(path, { ...query, ...(search !== undefined && { search }) }))
        : await this.#pages(path, search ?? '', sort, query);
    return members.map((member) => understand(path, schema, member));
  }

  async named<T extends { readonly name: string }>(
    path: string,
    name: string,
    schema: z.ZodType<T>,
  ): Promise<T | undefined> {
    // A search knows no case, so its answer is a choice, not a find.
    const search = nameSearch(path, name);
    const all = await this.list(path, schema, search === undefined ? {} : { search });
    const [found, ...others] = all.filter((one) => one.name === name);
    if (others.length === 0) return found;
    throw new OperatorError(
      'PreconditionFailed',
      `the engine has ${others.length + 1} objects named ${name} in ${path}`,
    );
  }

  async events({ since, search, correlationId, max }: EventsWanted): Promise<readonly EngineEvent[]> {
    const terms = [search, correlationId === undefined ? undefined : `correlation_id=${correlationId}`];
    const asked = terms.filter((term) => term !== undefined).join(' and ');
    const body = await this.#read('/events', {
      ...(since !== undefined && { from: String(since) }),
      ...(asked !== '' && { search: asked }),
      ...(max !== undefined && { max: String(max) }),
    });
    const events = membersOf('/events', body).map((member) => understand('/events', engineEvent, member));
    return events.sort((a, b) => a.index - b.index);
  }

  async jobs(correlationId = this.correlationId): Promise<readonly EngineJob[]> {
    const body = await this.#read('/jobs', { search: `correlation_id=${correlationId}` });
    return membersOf('/jobs', body).map((member) => understand('/jobs', engineJob, member));
  }

  async powerStatus(hostId: string): Promise<PowerStatus> {
    const path = `/hosts/${hostId}/fence`;
    const answer = await this.#ask(path, { fence_type: 'status' });
    if ('fault' in answer) return answer;
    return { power: understand(path, powerAnswer, answer.said).power_management?.status ?? 'unknown' };
  }

  async iscsiTargets(
    hostId: string,
    portal: { readonly address: string; readonly port: number },
  ): Promise<IscsiTargets> {
    // 4.4 and later have discoveriscsi too; this one is in all.
    const path = `/hosts/${hostId}/iscsidiscover`;
    const answer = await this.#ask(path, { iscsi: { ...portal } });
    if ('fault' in answer) return answer;
    return { targets: understand(path, discoveryAnswer, answer.said).iscsi_targets.iscsi_target };
  }

  /** An action that only looks. A failed look is an answer with a fault in it. */
  async #ask(path: string, body: JsonObject): Promise<{ readonly said: unknown } | { readonly fault: string }> {
    try {
      return { said: await this.send({ request: 'POST', path, body }) };
    } catch (error) {
      if (!(error instanceof OperatorError) || error.type !== 'PreconditionFailed') throw error;
      const { lines = [] } = (error.details ?? {}) as { readonly lines?: readonly string[] };
      return { fault: lines.join(' ').trim() || error.message };
    }
  }

  async sshKey(): Promise<string> {
    const answer = await this.session.page(SSH_KEY, this.call.signal);
    const key = /^[a-z0-9-]+ [A-Za-z0-9+/]+=*/.exec(answer.body)?.[0];
    if (answer.status === 200 && key !== undefined) return key;
    if (answer.status !== 200) throw refusal(`GET ${SSH_KEY}`, answer, false);
    throw notUnderstood(SSH_KEY, 'this is no public key', answer.body);
  }

  /**
   * Sends one change, once, and answers with what the engine says; aborting the activity does not abort it.
   * A success means "accepted": only a look tells what came of it.
   */
  async send(request: EngineRequest): Promise<unknown> {
    const body = await bodyToSend(request);
    const answer = await this.session.exchange({
      method: request.request,
      url: this.#url(request.path, request.query ?? {}),
      headers: { ...this.#headers(), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
    });
    return document(`${request.request} ${request.path}`, answer, true);
  }

  /**
   * Reads page after page. Rows move while pages are turned, so a list of several pages counts only when two readings
   * in a row give the same members.
   */
  async #pages(
    path: string,
    search: string,
    sort: string,
    query: Readonly<Record<string, string>>,
  ): Promise<unknown[]> {
    let before = '';
    for (let pass = 1; pass <= PASSES; pass++) {
      const members: unknown[] = [];
      let size = PAGE;
      for (let page = 1; size === PAGE; page++) {
        const asked = `${search} sortby ${sort} asc page ${page}`.trim();
        const part = membersOf(path, await this.#read(path, { ...query, search: asked, max: String(PAGE) }));
        members.push(...part);
        size = part.length;
      }
      if (members.length < PAGE) return members;
      const ids = members.map((member) => String((member as { id?: unknown }).id));
      const seen = ids.join(' ');
      if (seen === before && new Set(ids).size === ids.length) return members;
      before = seen;
    }
    throw new OperatorError('EngineBusy', `GET ${path}: the list changed while it was read, ${PASSES} times`);
  }

  async #read(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const answer = await this.session.exchange({
      method: 'GET',
      // 4.3 takes the header only, 4.4 and later either.
      url: this.#url(path, { ...query, all_content: 'true' }),
      headers: { ...this.#headers(), 'all-content': 'true' },
      signal: this.call.signal,
    });
    return document(`GET ${path}`, answer, false);
  }

  #url(path: string, query: Readonly<Record<string, string>>): string {
    const asked = new URLSearchParams(query).toString();
    return `${this.session.url}/api${path}${asked === '' ? '' : `?${asked}`}`;
  }

  #headers(): Record<string, string> {
    return {
      accept: 'application/json',
      // Faults are told apart by their English texts.
      'accept-language': 'en',
      'correlation-id': this.call.correlationId,
      version: '4',
    };
  }
}

/** A collection is `{ "host": […] }`, an empty one `{}`; the key differs from the path, the list is the only one. */
function membersOf(path: string, body: unknown): readonly unknown[] {
  const lists = Object.values(typeof body === 'object' && body !== null ? body : {}).filter(Array.isArray);
  if (lists.length > 1) throw notUnderstood(path, 'a collection with several lists', body);
  return lists[0] ?? [];
}

function understand<T>(path: string, schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw notUnderstood(path, `${issue?.path.join('.') || 'the answer'}: ${issue?.message}`, body);
}

function notUnderstood(path: string, why: string, body: unknown): OperatorError {
  return new OperatorError('UnexpectedOutput', `GET ${path}: the engine's answer is not understood: ${why}`, {
    details: { sample: JSON.stringify(body).slice(0, 500) },
  });
}
