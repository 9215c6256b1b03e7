import type { Lab } from '../types.ts';

export interface TicketSpec {
  readonly id: string;
  readonly transferId: string;
  /** Writing implies reading. */
  readonly may: 'read' | 'write';
  /** Bytes of the image that it opens. */
  readonly size: number;
  /** The file with the image's bytes. */
  readonly path: string;
  /** Virtual seconds without use or extension after which it expires. */
  readonly timeout: number;
}

/** One request at work on an image. */
export interface Operation {
  readonly offset: number;
  done: number;
}

/** The length of the union of what the operations moved. */
function union(operations: readonly Operation[]): number {
  const ranges = operations
    .map(({ offset, done }) => ({ start: offset, end: offset + done }))
    .sort((a, b) => a.start - b.start);
  let total = 0;
  let reached = 0;
  for (const { start, end } of ranges) {
    total += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return total;
}

/** Leave to work on one image, in the memory of the daemon that has it. */
export class Ticket {
  readonly spec: TicketSpec;
  readonly #lab: Lab;
  readonly #ongoing = new Set<Operation>();
  #ended: Operation[] = [];
  /** Virtual milliseconds. */
  #expires: number;
  /** Real milliseconds: how long a client idles is no simulated time. */
  #used = performance.now();

  constructor(lab: Lab, spec: TicketSpec) {
    this.#lab = lab;
    this.spec = spec;
    this.#expires = lab.clock.now() + spec.timeout * 1000;
  }

  get expired(): boolean {
    return this.#expires <= this.#lab.clock.now();
  }

  get active(): boolean {
    return this.#ongoing.size > 0;
  }

  /** Whole real seconds since it was used. */
  get idle(): number {
    return this.active ? 0 : Math.floor((performance.now() - this.#used) / 1000);
  }

  /** Bytes of the image that were moved, each counted once. */
  get transferred(): number {
    return union([...this.#ended, ...this.#ongoing]);
  }

  extend(seconds: number): void {
    this.#expires = this.#lab.clock.now() + seconds * 1000;
  }

  /** A client has used it. */
  touch(): void {
    this.extend(this.spec.timeout);
    this.#used = performance.now();
  }

  async run(offset: number, work: (operation: Operation) => Promise<void>): Promise<void> {
    const operation: Operation = { offset, done: 0 };
    this.#ongoing.add(operation);
    try {
      await work(operation);
    } finally {
      this.#ongoing.delete(operation);
      const last = this.#ended.at(-1);
      // What follows on what was moved before is one piece with it.
      if (last && last.offset + last.done === offset) last.done += operation.done;
      else this.#ended.push(operation);
      this.touch();
    }
  }
}
