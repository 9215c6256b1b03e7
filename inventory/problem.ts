/** A problem of an inventory, and the place of a value in it. */

export type Path = readonly PropertyKey[];

export interface Problem {
  readonly line: number;
  /** Written as in the documentation: `hosts[0].ssh.port`. */
  readonly path: string;
  /** Says what is wrong and what is allowed. */
  readonly sentence: string;
}
