/** The lab's control interface: what tests see of the simulated datacentre and do to it. */

export interface JournalEntry {
  readonly n: number;
  readonly at: string;
  readonly target: string;
  readonly kind: 'command' | 'process' | 'request' | 'fault' | 'event';
  readonly text: string;
  /** What a command was sent on its standard input. */
  readonly stdin?: string;
  readonly exit?: number;
  readonly status?: number;
}

export interface FaultSpec {
  readonly target: string;
  readonly kind: string;
  readonly match?: string;
  readonly times?: number;
  readonly [detail: string]: unknown;
}

export interface HostState {
  readonly power: string;
  readonly bootId: string;
  readonly [part: string]: unknown;
}

export interface LabState {
  readonly revision: number;
  readonly hosts: Readonly<Record<string, HostState>>;
  readonly hostedEngine: {
    readonly deployed: boolean;
    readonly globalMaintenance: boolean;
    readonly vm?: { readonly host?: string; readonly state?: string; readonly health?: string };
  };
  /** What is wrong with the lab itself. */
  readonly defects: readonly string[];
  readonly [part: string]: unknown;
}

const LONGEST_WAIT_SECONDS = 30;

export class LabControl {
  constructor(readonly url: string) {}

  state(): Promise<LabState> {
    return this.call('GET', '/state');
  }

  /** What every change raises. */
  async revision(): Promise<number> {
    return (await this.state()).revision;
  }

  /** Entries after `since`; with `wait`, held back up to that many seconds until there is one. */
  journal(since = 0, wait = 0): Promise<JournalEntry[]> {
    return this.call('GET', `/journal?since=${since}&wait=${wait}`);
  }

  /** The first entry after `since` that is as wished; the test's own time-out bounds the wait. */
  async awaitEntry(since: number, wished: (entry: JournalEntry) => boolean): Promise<JournalEntry> {
    let last = since;
    for (;;) {
      const entries = await this.journal(last, LONGEST_WAIT_SECONDS);
      const found = entries.find(wished);
      if (found !== undefined) return found;
      last = entries.at(-1)?.n ?? last;
    }
  }

  /** What the engine was asked after `since`. */
  async requests(since: number, wanted: RegExp): Promise<JournalEntry[]> {
    return (await this.journal(since)).filter(({ kind, text }) => kind === 'request' && wanted.test(text));
  }

  /** Number of the newest entry. */
  async now(): Promise<number> {
    return (await this.journal()).at(-1)?.n ?? 0;
  }

  async fault(spec: FaultSpec): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/faults', spec)).id;
  }

  /** The faults that have not been released, with how often each has struck. */
  faults(): Promise<readonly { readonly id: string; readonly kind: string; readonly hits: number }[]> {
    return this.call('GET', '/faults');
  }

  /** Ends a fault; what it holds goes on. */
  async release(id: string): Promise<void> {
    await this.call('DELETE', `/faults/${id}`);
  }

  async releaseAll(): Promise<void> {
    await this.call('DELETE', '/faults');
  }

  /** Something that someone does behind the run's back. */
  async event(event: { target: string; action: string; [detail: string]: unknown }): Promise<void> {
    await this.call('POST', '/events', event);
  }

  /** A fresh datacentre on the same ports, with the same keys. */
  async reset(wish: { preset?: string; hosts?: number; seed?: number } = {}): Promise<void> {
    await this.call('POST', '/reset', { preset: 'bare', hosts: 3, seed: 1, ...wish });
  }

  private async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`lab: ${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
