/** Real time without that which simulated programs compute. */

/**
 * Milliseconds of work after which a program is taken to wait for something that it did not tell: clients that never
 * pause must not stop the world for good.
 */
const longestWork = 2000;

export class Computing {
  #programs = 0;
  /** Busy milliseconds of this thread when the first program began. */
  #since = 0;
  #spent = 0;

  get underWay(): boolean {
    return this.#programs > 0;
  }

  change(by: 1 | -1): void {
    if (this.#programs === 0) this.#since = busy();
    const spent = this.#running();
    this.#programs += by;
    if (this.#programs === 0) this.#spent += spent;
  }

  /** Milliseconds; what this thread does not spend working is time that passes in any case. */
  elapsed(): number {
    return performance.now() - this.#spent - this.#running();
  }

  #running(): number {
    return this.#programs === 0 ? 0 : Math.min(busy() - this.#since, longestWork);
  }
}

function busy(): number {
  return performance.eventLoopUtilization().active;
}
