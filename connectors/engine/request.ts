import type { JsonObject, JsonValue } from '../../failures/operator-error.ts';

/** A change as it reaches the engine. */
export interface EngineRequest {
  readonly request: 'POST' | 'PUT' | 'DELETE';
  /** Below /ovirt-engine/api, beginning with a slash: `/hosts/{id}/activate`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** An action without arguments has one too; it is `{}` when absent. */
  readonly body?: JsonObject;
  /** Values that only the engine gets to see, by their place in the body: `root_password`, `ssh.password`, `list.0.password`. */
  readonly secrets?: Readonly<Record<string, () => Promise<string>>>;
}

/** The line that plans, approvals and reports show for a request: what is sent, without its secrets. */
export function renderRequest({ request, path, query = {}, body = {}, secrets = {} }: EngineRequest): string {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const shown = Object.keys(secrets).reduce((whole, place) => put(whole, place, '(secret)'), body);
  const line = `${request} ${path}${asked.length > 0 ? `?${asked.join('&')}` : ''}`;
  return request === 'DELETE' ? line : `${line} ${JSON.stringify(shown)}`;
}

/** The body as it is sent; absent for a request that has none. */
export async function bodyToSend({ request, body = {}, secrets = {} }: EngineRequest): Promise<string | undefined> {
  if (request === 'DELETE') return undefined;
  let whole: JsonObject = body;
  for (const [place, secret] of Object.entries(secrets)) whole = put(whole, place, await secret());
  return JSON.stringify(whole);
}

function put(body: JsonObject, place: string, value: string): JsonObject {
  return within(body, place.split('.'), value) as JsonObject;
}

function within(whole: JsonValue | undefined, [name, ...deeper]: readonly string[], value: string): JsonValue {
  if (name === undefined) return value;
  if (Array.isArray(whole))
    return whole.map((one, index) => (String(index) === name ? within(one, deeper, value) : one));
  const object = typeof whole === 'object' && whole !== null ? (whole as JsonObject) : {};
  return { ...object, [name]: within(object[name], deeper, value) };
}
