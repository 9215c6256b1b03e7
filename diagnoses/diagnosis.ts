/**
 * diagnoses/ holds known failures, one per file, as data: the literal words by which they show, what causes them, what
 * mends them, and where that is known from. No diagnosis acts; `fixBy` names a recovery that a runbook may have.
 */
export interface Diagnosis {
  readonly id: string;
  readonly title: string;
  /** One match in the output of a command is enough. */
  readonly symptom: readonly RegExp[];
  /** Lines that match the symptom and mean something else. */
  readonly lookAlike?: readonly RegExp[];
  readonly cause: string;
  /** What the runbook or a person does, in one or two sentences. */
  readonly fix: string;
  /** The recovery that runbooks declare under this name. */
  readonly fixBy?: 'md-clear' | 'firewalld' | 'engine-restarted' | 'shut-down-vm' | 'image-transfer';
  readonly source: string;
}
