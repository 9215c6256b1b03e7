/**
 * Virtual time. All waiting in the lab is one queue ordered by virtual due time; real time only decides how fast the
 * queue is walked. What simulated programs compute costs them nothing, however slow the machine is: while one of them
 * computes, the clock stands still. When the process stalls (a busy machine, a stopped process) the missed time is not
 * caught up either: the whole world is late by the same amount, so no simulated time-out fires because the simulation
 * was slow.
 */
import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../types.ts';
import { Computing } from './computing.ts';

/** Milliseconds between two looks at the clock beyond which the difference counts as a stall. */
const longestStep = 40;

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
    if (this.#hurry > 0 || this.#frozen > 0) return this.#virtual;
    const elapsed = Math.min(this.#computing.elapsed() - this.#real, longestStep) * this.speed;
    const next = this.#queue[0]?.due ?? Number.POSITIVE_INFINITY;
    return Math.max(this.#virtual, Math.min(this.#virtual + elapsed, next));
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => this.after(seconds, resolve));
  }

  after(seconds: number, action: () => void): () => void {
    const event: Event = {
      due: this.now() + Math.max(0, seconds) * 1000,
      order: this.#order++,
      action: AsyncResource.bind(action),
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
    this.#virtual = this.now();
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
    this.#virtual = this.now();
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

  #schedule(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    const next = this.#queue[0];
    if (this.#stopped || this.#frozen > 0) return;
    // With nothing to wait for the clock still goes on, but keeps no process alive.
    if (!next) this.#timer = setTimeout(() => this.#fire(), longestStep / 2).unref();
    else if (this.#hurry > 0) this.#immediate = setImmediate(() => this.#fire());
    else {
      const wait = Math.min((next.due - this.now()) / this.speed, longestStep / 2);
      this.#timer = setTimeout(() => this.#fire(), Math.max(0, wait));
    }
  }

  #fire(): void {
    const real = this.#computing.elapsed();
    const elapsed = this.#hurry > 0 ? Number.POSITIVE_INFINITY : Math.min(real - this.#real, longestStep) * this.speed;
    this.#real = real;
    const next = this.#queue[0];
    const until = this.#virtual + elapsed;
    if (!next || next.due > until) {
      if (Number.isFinite(until)) this.#virtual = until;
    } else {
      // One due time per turn: what wakes first does its work before later events see the world.
      this.#virtual = Math.max(this.#virtual, next.due);
      if (this.#hurry === 0) this.#real = real - Math.max(0, until - this.#virtual) / this.speed;
      while (this.#queue[0] && this.#queue[0].due <= this.#virtual) {
        const event = this.#queue.shift();
        if (event && !event.cancelled) event.action();
      }
    }
    this.#schedule();
  }
}
