/** Collects output up to a limit: its beginning and its end are kept, the middle is dropped and counted. */
export class CappedOutput {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #head: Buffer[] = [];
  #headSize = 0;
  #tail: Buffer[] = [];
  #tailSize = 0;
  #seen = 0;

  constructor(limit: number) {
    this.#headLimit = Math.ceil(limit / 2);
    this.#tailLimit = Math.floor(limit / 2);
  }

  add(chunk: Buffer): void {
    this.#seen += chunk.length;
    const room = this.#headLimit - this.#headSize;
    if (room > 0) {
      this.#head.push(chunk.subarray(0, room));
      this.#headSize += Math.min(room, chunk.length);
    }
    if (chunk.length > room) this.#addToTail(chunk.subarray(Math.max(room, 0)));
  }

  /** Trims in bulk, so that many small chunks do not cost a copy each. */
  #addToTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailSize += chunk.length;
    if (this.#tailSize > 2 * this.#tailLimit + 65_536) this.#trimTail();
  }

  #trimTail(): void {
    const joined = Buffer.concat(this.#tail);
    // A copy, because a view would keep the whole joined buffer alive.
    this.#tail = [Buffer.from(joined.subarray(Math.max(0, joined.length - this.#tailLimit)))];
    this.#tailSize = this.#tail[0]?.length ?? 0;
  }

  /** UTF-8; a character cut in two by the limit shows as the replacement character. */
  toString(): string {
    if (this.#tailSize > this.#tailLimit) this.#trimTail();
    const dropped = this.#seen - this.#headSize - this.#tailSize;
    if (dropped === 0) return Buffer.concat([...this.#head, ...this.#tail]).toString('utf8');
    const head = Buffer.concat(this.#head).toString('utf8');
    const tail = Buffer.concat(this.#tail).toString('utf8');
    return `${head}\n[… ${dropped} bytes of ${this.#seen} dropped here …]\n${tail}`;
  }
}
