import { answerApi } from '../engine/api/index.ts';
import type { Lab } from '../types.ts';

interface Document {
  readonly [name: string]: unknown;
}

/** Someone who operates the engine through its API, from inside the lab and without a wire. */
export class Operator {
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** One call in JSON; a refusal is an error with its text. */
  async call(method: string, path: string, body?: unknown): Promise<Document> {
    const { engineFqdn, secrets } = this.#lab;
    const credentials = Buffer.from(`admin@internal:${secrets.enginePassword}`).toString('base64');
    const page = await answerApi(this.#lab, {
      method,
      url: new URL(`https://${engineFqdn}/ovirt-engine/api${path}`),
      headers: {
        host: engineFqdn,
        accept: 'application/json',
        authorization: `Basic ${credentials}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? '' : JSON.stringify(body),
      faults: [],
    });
    if (page === undefined || page.status >= 400) {
      throw new Error(`${method} ${path}: ${page === undefined ? 'no engine' : `${page.status} ${page.body}`}`);
    }
    return page.body === '' ? {} : (JSON.parse(page.body) as Document);
  }

  /** The members of a collection. */
  async list(path: string): Promise<Document[]> {
    const [members] = Object.values(await this.call('GET', path));
    return Array.isArray(members) ? (members as Document[]) : [];
  }

  /** Waits virtual time until the entity has the status. */
  async until(path: string, status: string): Promise<void> {
    let seen: unknown;
    for (let n = 0; n < 400; n += 1) {
      seen = (await this.call('GET', path)).status;
      if (seen === status) return;
      await this.#lab.clock.sleep(5);
    }
    throw new Error(`${path} never became ${status}, it is ${String(seen)}`);
  }
}
