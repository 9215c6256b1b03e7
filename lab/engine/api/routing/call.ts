import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import type { EngineRun } from '../run.ts';
import type { User } from '../sso/sessions.ts';
import type { Entity } from '../wire/values.ts';
import type { Route } from './route.ts';

/** One request that was let in, its path resolved and its body read. */
export interface Call {
  readonly lab: Lab;
  readonly run: EngineRun;
  readonly db: EngineDatabase;
  readonly user: User;
  /** Of the session in which it was sent. */
  readonly token: string;
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly body: Entity;
  /** Only the header asks for it in 4.3. */
  readonly allContent: boolean;
  readonly correlationId: string;
}

/** An entity with its place in the API; links, actions and references are added when it is written. */
export interface Resource {
  readonly type: string;
  readonly service: string;
  readonly path: string;
  readonly entity: Entity;
  /** Nothing hangs below it, unlike others of its kind. */
  readonly linkless?: boolean;
  /** An attribute that is written as it is, without addresses of what it refers to. */
  readonly plain?: string;
}

export type Reply =
  | { readonly kind: 'one'; readonly status: 200 | 201; readonly resource: Resource }
  | { readonly kind: 'many'; readonly type: string; readonly resources: readonly Resource[] }
  /** What an action adds to its own document: a job, the entity it was about. */
  | { readonly kind: 'action'; readonly entity: Entity; readonly about?: Resource; readonly status?: 202 }
  | { readonly kind: 'text'; readonly status: number; readonly text: string };

export type Handler = (call: Call) => Reply | Promise<Reply>;

export const one = (resource: Resource): Reply => ({ kind: 'one', status: 200, resource });
export const created = (resource: Resource): Reply => ({ kind: 'one', status: 201, resource });
export const many = (type: string, resources: readonly Resource[]): Reply => ({ kind: 'many', type, resources });
export const complete = (entity: Entity = {}, about?: Resource): Reply => ({
  kind: 'action',
  entity: { ...entity, status: 'complete' },
  ...(about ? { about } : {}),
});

/** The answer to a removal, with the job of one that has one; only here does `async` change the code. */
export const removed = (call: Call, job?: { readonly id: string }): Reply => ({
  kind: 'action',
  entity: { ...(job ? { job: { id: job.id } } : {}), status: 'complete' },
  ...(queryFlag(call.query, 'async') === true ? { status: 202 } : {}),
});

/** A boolean query parameter: given without a value it counts as true; nonsense counts as not given. */
export function queryFlag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (/^(|true|t|yes|y|1)$/i.test(value)) return true;
  return /^(false|f|no|n|0)$/i.test(value) ? false : undefined;
}
