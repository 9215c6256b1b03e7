/**
 * Virtual time. All waiting in the lab is one queue ordered by virtual due time; real time only decides how fast the
 * queue is walked. What simulated programs compute costs them nothing, however slow the machine is: while one of them
 * computes, the clock stands still. When the process stalls (a busy machine, a stopped process) the missed time is not
 * caught up either: the whole world is late by the same amount, so no simulated time-out fires because the simulation
 * was slow.
 * To wake up costs the process more than most events do, so those of a few milliseconds are walked through at once, each at
 * its own virtual time.
 */
import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../types.ts';
import { Computing } from './computing.ts';

/** Milliseconds between two looks at the clock beyond which the difference counts as a stall. */
const longestStep = 40;
/** Milliseconds between two walks along the queue. */
const betweenWalks = 5;
/** Milliseconds after which a program that says that it computes has told nothing of what it waits for. */
const untold = 1;

interface Event {
  due: number;
  order: number;
  action: () => void;
  cancelled: boolean;
}

/** A clock that the lab can end; after `stop` nothing fires any more. */
export class VirtualClock implements Clock {
  readonly speed: number;
  #virtual: number;
  readonly #computing = new Computing();
  #real = this.#computing.elapsed();
  #queue: Event[] = [];
  #order = 0;
  /** Virtual time to which the queue is being walked. */
  #until: number | undefined;
  /** When it was last walked to its end. */
  #walked = 0;
  /** When the last event of this walk fell due. */
  #fell = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #hurry = 0;
  #frozen = 0;
  #stopped = false;

  constructor(options: { speed: number; start: number }) {
    this.speed = options.speed;
    this.#virtual = options.start;
    this.#schedule();
  }

  now(): number {
    if (this.#hurry > 0 || this.#frozen > 0 || this.#until !== undefined) return this.#virtual;
    const elapsed = Math.min(this.#computing.elapsed() - this.#real, longestStep) * this.speed;
    const next = this.#queue[0]?.due ?? Number.POSITIVE_INFINITY;
    return Math.max(this.#virtual, Math.min(this.#virtual + elapsed, next));
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => this.after(seconds, resolve));
  }

  after(seconds: number, action: () => void): () => void {
    const scope = new AsyncResource('lab-event');
    const event: Event = {
      due: this.now() + Math.max(0, seconds) * 1000,
      order: this.#order++,
      action: () => scope.runInAsyncScope(action),
      cancelled: false,
    };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#queue[middle];
      if (other && (other.due < event.due || (other.due === event.due && other.order < event.order))) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, event);
    if (low === 0) this.#schedule();
    return () => {
      event.cancelled = true;
      const index = this.#queue.indexOf(event);
      if (index >= 0) this.#queue.splice(index, 1);
    };
  }

  async hurry<T>(work: () => Promise<T>): Promise<T> {
    this.#stand();
    this.#hurry += 1;
    this.#schedule();
    try {
      return await work();
    } finally {
      this.#hurry -= 1;
      this.#real = this.#computing.elapsed();
      this.#schedule();
    }
  }

  /** Nothing falls due any more until the answer is called. */
  freeze(): () => void {
    this.#stand();
    this.#frozen += 1;
    this.#schedule();
    return () => {
      this.#frozen -= 1;
      this.#real = this.#computing.elapsed();
      this.#schedule();
    };
  }

  /** Told by each simulated program when it begins to compute and when it begins to wait. */
  computes(does: boolean): void {
    this.#computing.change(does ? 1 : -1);
  }

  /** Forgets every waiting event and the timer that drives them. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  /** Leaves virtual time as it is now, and what was still to be walked. */
  #stand(): void {
    this.#virtual = this.now();
    this.#until = undefined;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    const next = this.#queue[0];
    if (this.#stopped || this.#frozen > 0) return;
    if (this.#hurry > 0 && next) this.#immediate = setImmediate(() => this.#fire());
    // A program that computes is waited for, with the next event too.
    else if (this.#computing.underWay && this.#until !== undefined) this.#timer = setTimeout(() => this.#fire(), 0);
    else if (this.#until !== undefined) this.#immediate = setImmediate(() => this.#fire());
    // With nothing to wait for the clock still goes on, but keeps no process alive.
    else if (!next) this.#timer = setTimeout(() => this.#fire(), longestStep / 2).unref();
    else {
      const wait = Math.min((next.due - this.now()) / this.speed, longestStep / 2);
      const pause = this.#walked + betweenWalks - performance.now();
      this.#timer = setTimeout(() => this.#fire(), Math.ceil(Math.max(0, wait, pause)));
    }
  }

  #fire(): void {
    if (this.#hurry > 0) this.#walk(Number.POSITIVE_INFINITY);
    else {
      const real = this.#computing.elapsed();
      if (this.#until === undefined) {
        this.#until = this.#virtual + Math.min(real - this.#real, longestStep) * this.speed;
        this.#real = real;
        this.#fell = Number.NEGATIVE_INFINITY;
      }
      const awaited = this.#computing.underWay && real - this.#fell < untold;
      if (!awaited) {
        this.#fell = real;
        if (!this.#walk(this.#until)) {
          this.#virtual = this.#until;
          this.#until = undefined;
          this.#walked = performance.now();
        }
      }
    }
    this.#schedule();
  }

  /** One due time per turn: what wakes first does its work before later events see the world. @returns whether one was due */
  #walk(until: number): boolean {
    const next = this.#queue[0];
    if (!next || next.due > until) return false;
    this.#virtual = Math.max(this.#virtual, next.due);
    while (this.#queue[0] && this.#queue[0].due <= this.#virtual) {
      const event = this.#queue.shift();
      if (event && !event.cancelled) event.action();
    }
    return true;
  }
}
