/** Faults: what is to go wrong, where, at which text; holds that freeze a command until they are deleted. */
import type { FaultAnswer, FaultVerdict, JournalEntry } from '../types.ts';

export interface FaultSpec extends FaultAnswer {
  target: string;
  kind: string;
  match?: string;
  times?: number;
  delayMs?: number;
  /** For holds: the virtual clock stands still meanwhile, so that no simulated time-out runs on. */
  freeze?: boolean;
}

export interface Fault extends FaultSpec {
  readonly id: string;
  hits: number;
  /** Texts that it acted on. */
  readonly hitTexts: string[];
  left: number;
}

/** Kinds that wait for a text when `match` is given and otherwise for the next command or request. */
export const textKinds = [
  'drop-before',
  'drop-after',
  'hold-before',
  'hold-after',
  'exit',
  'hang',
  'slow',
  'http',
] as const;

const afterKinds = new Set(['drop-after', 'hold-after']);

export class FaultBoard {
  readonly #faults = new Map<
    string,
    Fault & { regex: RegExp | undefined; release: () => void; released: Promise<void> }
  >();
  #next = 1;
  /** Kinds of parts that a verdict passes on (token-expired …). */
  readonly partKinds = new Set<string>();
  /** Acts at once on the world: reboot, power-loss, worlds …; the board only decides when. */
  readonly #act: (fault: Fault, text: string) => Promise<void>;
  readonly #told: (target: string, text: string) => void;
  readonly #freeze: () => () => void;

  constructor(options: {
    act: (fault: Fault, text: string) => Promise<void>;
    told: (target: string, text: string) => void;
    freeze: () => () => void;
  }) {
    this.#act = options.act;
    this.#told = options.told;
    this.#freeze = options.freeze;
  }

  get idle(): boolean {
    return this.#faults.size === 0;
  }

  list(): Fault[] {
    return [...this.#faults.values()].map(
      ({ regex: _regex, release: _release, released: _released, ...fault }) => fault,
    );
  }

  /** Registers the fault; one without text to wait for acts at once. */
  async add(spec: FaultSpec): Promise<string> {
    const id = `f${this.#next++}`;
    const waits = spec.match !== undefined || this.#waitsForText(spec.kind);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fault = {
      ...spec,
      id,
      hits: 0,
      hitTexts: [],
      left: spec.times ?? 1,
      regex: waits ? new RegExp(spec.match ?? '') : undefined,
      release,
      released,
    };
    this.#faults.set(id, fault);
    if (!waits) {
      fault.hits = 1;
      fault.left = 0;
      this.#told(spec.target, `${spec.kind}`);
      await this.#act(fault, '');
    }
    return id;
  }

  remove(id: string): boolean {
    const fault = this.#faults.get(id);
    fault?.release();
    return this.#faults.delete(id);
  }

  clear(): void {
    for (const id of [...this.#faults.keys()]) this.remove(id);
  }

  /** Lets the faults act that wait for this entry; holds make it wait. */
  async pass(point: 'before' | 'after', entry: JournalEntry): Promise<FaultVerdict> {
    const kinds: string[] = [];
    let verdict: FaultVerdict = { kinds };
    const known = new Set(this.#faults.values());
    // Goes on to those that come while the entry is held, so that they meet what is held; a hold is for the next one.
    for (const fault of this.#faults.values()) {
      if (!known.has(fault) && fault.kind.startsWith('hold-')) continue;
      if (!this.#applies(fault, point, entry)) continue;
      fault.left -= 1;
      fault.hits += 1;
      fault.hitTexts.push(entry.text);
      this.#told(fault.target, `${fault.kind} at: ${entry.text}`);
      switch (fault.kind) {
        case 'hold-before':
        case 'hold-after': {
          const thaw = fault.freeze === true ? this.#freeze() : undefined;
          await fault.released;
          thaw?.();
          break;
        }
        case 'drop-before':
        case 'drop-after':
          verdict = { ...verdict, drop: true };
          break;
        case 'hang':
          verdict = { ...verdict, hang: true };
          break;
        case 'slow':
          await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1000));
          break;
        case 'exit':
        case 'http': {
          const { exit, stdout, stderr, status, headers, body } = fault;
          const given = Object.entries({ exit, stdout, stderr, status, headers, body }).filter(
            ([, value]) => value !== undefined,
          );
          verdict = { ...verdict, answer: Object.fromEntries(given) };
          break;
        }
        default:
          if (this.partKinds.has(fault.kind)) kinds.push(fault.kind);
          else await this.#act(fault, entry.text);
      }
    }
    return verdict;
  }

  #waitsForText(kind: string): boolean {
    return (textKinds as readonly string[]).includes(kind) && !kind.startsWith('drop')
      ? true
      : this.partKinds.has(kind);
  }

  #applies(fault: Fault & { regex: RegExp | undefined }, point: 'before' | 'after', entry: JournalEntry): boolean {
    if (fault.left <= 0 || !fault.regex || fault.target !== entry.target) return false;
    if ((point === 'after') !== afterKinds.has(fault.kind)) return false;
    if (entry.kind !== 'command' && entry.kind !== 'process' && entry.kind !== 'request') return false;
    // Without a text a fault waits for what the client sends, not for what the host starts by itself.
    if (fault.match === undefined && entry.kind === 'process') return false;
    return fault.regex.test(entry.text);
  }
}
