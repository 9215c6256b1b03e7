import type { StatusView } from '../../../workflows/contract.ts';
import type { Expected } from '../expected.ts';
import type { Works } from '../work.ts';

/** Shows on stderr how a run goes on. */
export interface Progress {
  show(status: StatusView, works?: Works, expected?: Expected): void;
  /** Takes the moving lines away, before something else is written. */
  pause(): void;
}
