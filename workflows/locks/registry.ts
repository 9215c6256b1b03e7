/**
 * workflows/locks/ keeps who may change what: one durable workflow that hands out locks, the rules it goes by beside it.
 * A run takes all its locks at once, so no two runs can wait for each other; a live owner is never robbed by time.
 *
 * This file: the rules, without Temporal.
 */
import type { HeldLock, LockNotice, LockParty, LockRequest, LostLock, RunKey } from './contract.ts';

/** What the registry knows of one run; JSON, because it outlives the registry's own runs. */
export interface Entry {
  readonly request: LockRequest;
  /** When it got its first lock. */
  since?: string;
  holds: string[];
  wants: string[];
  lost: LostLock[];
  /** The newest word that the run has got. */
  told?: string;
}

export class Registry {
  /** In the order in which they asked. */
  readonly entries: Entry[];

  constructor(before: readonly Entry[] = []) {
    this.entries = before.map((entry) => ({ ...entry }));
  }

  /** Asks for locks, again without harm: a run keeps its place and what it holds. */
  request(request: LockRequest): void {
    const { id, run } = request;
    // Of one id only the newest run is open.
    for (const old of this.entries.filter((entry) => entry.request.id === id && entry.request.run !== run)) {
      this.drop(old);
    }
    let entry = this.entryOf(request);
    if (entry === undefined) {
      entry = { request, holds: [], wants: [], lost: [] };
      this.entries.push(entry);
    }
    const { holds } = entry;
    entry.wants = request.resources.filter((resource) => !holds.includes(resource));
    entry.lost = [];
    delete entry.told;
  }

  /** Takes over what an open run held before this registry was begun. */
  adopt(request: LockRequest): void {
    if (this.entryOf(request) !== undefined) return;
    const { since, resources } = request;
    this.entries.push({ request, since, holds: [...resources], wants: [], lost: [] });
  }

  /** Gives back all that a run holds or waits for. */
  release(key: RunKey): void {
    const entry = this.entryOf(key);
    if (entry !== undefined) this.drop(entry);
  }

  /** Takes a lock from those who hold it. @returns who lost it */
  break(lost: LostLock): readonly LockParty[] {
    const holders = this.holders(lost.resource);
    for (const entry of holders) {
      entry.holds = entry.holds.filter((resource) => resource !== lost.resource);
      entry.lost.push(lost);
    }
    return holders.map(owner);
  }

  /** Hands out what is free, first come, first served; a run gets all that it wants or nothing. */
  settle(now: string): void {
    const claimed = new Set<string>();
    for (const entry of this.entries) {
      const open = entry.wants.filter((resource) => this.isOpen(resource, entry));
      if (open.length === entry.wants.length && !open.some((resource) => claimed.has(resource))) {
        if (entry.wants.length > 0) entry.since ??= now;
        entry.holds.push(...entry.wants.splice(0));
      } else {
        // Nobody who came later gets these meanwhile: the run would wait for ever.
        for (const resource of open) claimed.add(resource);
      }
    }
  }

  /** The runs that have not heard yet how they stand. */
  news(): readonly { readonly entry: Entry; readonly notice: LockNotice }[] {
    return this.entries
      .map((entry) => ({ entry, notice: this.notice(entry) }))
      .filter(({ entry, notice }) => entry.told !== JSON.stringify(notice));
  }

  told(entry: Entry, notice: LockNotice): void {
    entry.told = JSON.stringify(notice);
    // Nothing is kept of who has lost all and heard of it; it may ask again.
    if (entry.lost.length > 0 && entry.holds.length === 0 && entry.wants.length === 0) this.drop(entry);
  }

  get empty(): boolean {
    return this.entries.length === 0;
  }

  get anybodyWaits(): boolean {
    return this.entries.some(({ wants }) => wants.length > 0);
  }

  get runs(): readonly RunKey[] {
    return this.entries.map(({ request: { id, run } }) => ({ id, run }));
  }

  /** Every lock that is held or kept for the run whose turn it is. */
  list(): readonly HeldLock[] {
    const resources = new Set(this.entries.flatMap(({ holds, wants }) => [...holds, ...wants]));
    return [...resources].sort().flatMap((resource): HeldLock | readonly HeldLock[] => {
      const holders = this.holders(resource).map(owner);
      const waiting = this.entries.filter(({ wants }) => wants.includes(resource)).map(({ request }) => party(request));
      const [first, ...others] = holders.length > 0 ? holders : waiting;
      if (first === undefined) return [];
      if (holders.length === 0) return [{ resource, owner: first, reserved: true as const, queue: others }];
      return [{ resource, owner: first, ...(others.length > 0 && { children: others }), queue: waiting }];
    });
  }

  private notice(entry: Entry): LockNotice {
    const { run } = entry.request;
    if (entry.lost.length > 0) return { run, state: 'lost', lost: entry.lost };
    const [waitsFor] = entry.wants.flatMap((resource) => this.obstacle(entry, resource) ?? []);
    if (waitsFor === undefined) return { run, state: 'granted' };
    const before = this.before(entry).filter(({ wants }) => wants.some((resource) => entry.wants.includes(resource)));
    return { run, state: 'waits', waitsFor: { ...waitsFor, place: before.length + 1 } };
  }

  /** Who has the resource that a run waits for, or is before it in the queue. */
  private obstacle(entry: Entry, resource: string): { resource: string; owner: LockParty } | undefined {
    const holder = this.holders(resource).find((other) => !isDescendant(entry, other));
    if (holder !== undefined) return { resource, owner: owner(holder) };
    const ahead = this.before(entry).find(({ wants }) => wants.includes(resource));
    return ahead && { resource, owner: party(ahead.request) };
  }

  private before(entry: Entry): readonly Entry[] {
    return this.entries.slice(0, this.entries.indexOf(entry)).filter(({ wants }) => wants.length > 0);
  }

  private holders(resource: string): readonly Entry[] {
    return this.entries.filter(({ holds }) => holds.includes(resource));
  }

  /** Free, or held only by runs that this one is a child of: a child works under its parent's lock. */
  private isOpen(resource: string, entry: Entry): boolean {
    return this.holders(resource).every((holder) => isDescendant(entry, holder));
  }

  private entryOf({ id, run }: RunKey): Entry | undefined {
    return this.entries.find(({ request }) => request.id === id && request.run === run);
  }

  private drop(entry: Entry): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
  }
}

function isDescendant(entry: Entry, of: Entry): boolean {
  return entry.request.ancestors.includes(of.request.id);
}

function party({ id, runbook, since, reason }: LockRequest): LockParty {
  return { id, runbook, since, ...(reason !== undefined && { reason }) };
}

function owner({ request, since }: Entry): LockParty {
  return { ...party(request), ...(since !== undefined && { since }) };
}
