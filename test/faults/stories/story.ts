import type { Stack } from '../../support/stack.ts';

/** A runbook in a datacentre of its own: what the loop interrupts, and what must hold however it was interrupted. */
export interface Story {
  readonly name: string;
  readonly runbook: string;
  readonly input: object;
  /** An operator answers what its runs ask; else they have a standing approval, and ask nobody. */
  readonly asks?: true;
  readonly world: { readonly preset: string; readonly hosts: number };
  /** What happens in the datacentre before the run. */
  readonly prepare?: (stack: Stack) => Promise<void>;
  /** Hosts, and `engine`: whose commands and requests are points. */
  readonly targets: readonly string[];
  /** The host that the runbook is about: it goes down where a point lies at the engine. */
  readonly host: string;
  readonly once?: Once;
  /** The host's reboot takes away what no retry brings back: people have to judge it. */
  readonly rebootIsForPeople?: true;
  /** What the host's reboot may bring about that the run must not overrule: it has to stop or refuse with these words. */
  readonly rebootTold?: RegExp;
  /** Which host runs the engine VM in the end is the runbook's doing, whatever rebooted. */
  readonly placesEngineVm?: true;
  /** People may end its runs anywhere: what these leave then, by its place in the lab's state, and how it is told. */
  readonly undone?: readonly Leftover[];
  /** What rightly remains where the lab's state has nothing to compare, such as a file in the engine VM. */
  readonly beyond?: RegExp;
}

/** Something that must not happen twice: as often as the run says that it tried these steps, and no more. */
export interface Once {
  /** Ids of the steps. */
  readonly step: string | RegExp;
  /** The program in the lab's journal, the request, or with `stdin` the command. */
  readonly seen: RegExp;
  /** What tells the command by its standard input. */
  readonly stdin?: RegExp;
}

export interface Leftover {
  /** Path in the lab's state. */
  readonly where: RegExp;
  /** In what remains. */
  readonly told: RegExp;
}
