/**
 * failures/ holds what can go wrong, as data: the table of failure types and the error that carries one.
 * It knows neither Temporal nor a library, so workflows, activities and the command line may all import it.
 *
 * The type's name is the contract: it stands in histories, retry policies, the UI and alerts.
 * A renamed type breaks running workflows, so types are added, not renamed.
 */

interface FailureEntry {
  /** Whether trying the same thing again may help; how often and how fast is the retry policy's matter. */
  readonly retry: boolean;
  readonly meaning: string;
  /** What the operator does next. */
  readonly next: string;
}

export const FAILURES = {
  InvalidInput: {
    retry: false,
    meaning: 'The input was refused before anything was done.',
    next: 'Correct the named field and start again.',
  },
  InvalidInventory: {
    retry: false,
    meaning: 'The inventory file cannot be read or breaks its schema.',
    next: 'Correct the named lines of the inventory, then retry; the step reads the file again.',
  },
  SecretMissing: {
    retry: false,
    meaning: 'A secret that the inventory refers to cannot be resolved on the worker.',
    next: 'Set the variable, file or command that the inventory names on the machine of the worker, then retry.',
  },
  UnknownRunbook: {
    retry: false,
    meaning: 'No runbook has this name.',
    next: 'Start one of the listed runbooks.',
  },
  PreconditionFailed: {
    retry: false,
    meaning: 'The datacentre is not as the runbook needs it.',
    next: 'Compare the observed facts in the details with what is asked for, put it right, then retry.',
  },
  AccessDenied: {
    retry: false,
    meaning: 'A key, password, sudo rule, certificate or engine role does not give access.',
    next: 'Correct the credential or right of the named account, then retry.',
  },
  HostKeyMismatch: {
    retry: false,
    meaning: 'The SSH host key is not the pinned one, or none is pinned: this may be the wrong machine.',
    next: 'Find out why the key differs; pin the new key only after comparing it on the console of the host.',
  },
  NotFound: {
    retry: false,
    meaning: 'The named object does not exist.',
    next: 'Check the name; if somebody removed the object, decide whether to create it or to skip the step.',
  },
  HostUnreachable: {
    retry: true,
    meaning: 'No SSH connection to the host: power, network, DNS, firewall, or a reboot in progress.',
    next: 'Check power and network of the host; the step goes on by itself once the host answers.',
  },
  EngineUnreachable: {
    retry: true,
    meaning: 'The engine does not answer, or answers that it cannot serve now.',
    next: 'Check the state of the engine VM with `hosted-engine --vm-status` on a host that can run it.',
  },
  EngineBusy: {
    retry: true,
    meaning: 'The object is locked by another operation of the engine.',
    next: 'Wait for the other operation; look for it under the tasks of the Administration Portal.',
  },
  NotYet: {
    retry: true,
    meaning: 'The state that is waited for is not reached yet.',
    next: 'Nothing while the time limit lasts; after it, look at the last observed state in the details.',
  },
  CommandFailed: {
    retry: false,
    meaning: 'A command on the host ended with an exit code that means failure.',
    next: 'Read the last lines of its output, remove the cause, then retry.',
  },
  CommandStopped: {
    retry: false,
    meaning: 'A long command was stopped before its end, by a signal or on request.',
    next: 'Look at what it had done so far, then retry or roll back.',
  },
  InterruptedByReboot: {
    retry: false,
    meaning: 'The host was rebooted while a long command was running on it, so the command is gone.',
    next: 'Find out why the host went down, then retry; the step looks first at what is there already.',
  },
  OutcomeUnknown: {
    retry: true,
    meaning: 'The connection was lost after the command had been sent; it may have run.',
    next: 'The step looks again before it repeats anything; if this persists, check the network to the host.',
  },
  VerificationFailed: {
    retry: false,
    meaning: 'The change was applied without an error, but what it should have brought about is not there.',
    next: 'Compare the observed with the wished state in the details, put it right, then retry.',
  },
  UnexpectedOutput: {
    retry: false,
    meaning: 'A host or the engine answered in a form that is not understood.',
    next: 'Compare the versions with the profile in the inventory; if they match, report the sample as a bug.',
  },
  ApprovalRejected: {
    retry: false,
    meaning: 'A person rejected the step.',
    next: 'Talk to the person who rejected; start again when agreed.',
  },
  ApprovalTimedOut: {
    retry: false,
    meaning: 'Nobody approved before the deadline.',
    next: 'Start again when somebody who may approve is there.',
  },
  WindowClosed: {
    retry: false,
    meaning: 'The maintenance window has no room for the step.',
    next: 'Go on in the next window, or lengthen this one.',
  },
  LockLost: {
    retry: false,
    meaning: 'Another run owns the lock on the object.',
    next: 'See `runbook locks`; let the other run end first.',
  },
  NotDelivered: {
    retry: true,
    meaning: 'A receiver of notices did not take one.',
    next: 'Look at its address, token or program in `notifications.receivers` of the inventory; runs go on without it.',
  },
  RollbackIncomplete: {
    retry: false,
    meaning: 'At least one undo failed, so something is left behind.',
    next: 'Finish by hand what the report lists under what remains.',
  },
  Bug: {
    retry: true,
    meaning: 'An error that no rule foresees, or a broken invariant of this software.',
    next: 'Report it with the run id; the run can be retried or rolled back meanwhile.',
  },
} as const satisfies Readonly<Record<string, FailureEntry>>;

export type FailureType = keyof typeof FAILURES;

export const FAILURE_TYPES = Object.keys(FAILURES) as readonly FailureType[];

/** What retry policies list as not worth another attempt. */
export const NON_RETRYABLE: FailureType[] = FAILURE_TYPES.filter((type) => !FAILURES[type].retry);

export function isFailureType(value: unknown): value is FailureType {
  return typeof value === 'string' && Object.hasOwn(FAILURES, value);
}
