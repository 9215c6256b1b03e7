/** The inventory that an import begins with, and what of it stays. */

export type Raw = Readonly<Record<string, unknown>>;

/** An inventory as it is written: the former one, or what was given to reach the engine. */
export interface Former extends Raw {
  readonly engine: Raw;
  readonly hosts: readonly (Raw & { readonly name: string })[];
}

export interface Named extends Raw {
  readonly name: string;
}

/** What the former inventory has and the engine has not, because it is still to be made. */
export function stillWished(
  former: readonly Named[],
  present: readonly { readonly name: string }[],
  notes: string[],
): Named[] {
  const kept = former.filter(({ name }) => !present.some((other) => other.name === name));
  for (const { name } of kept) notes.push(`${name} is kept, but not in the engine.`);
  return kept;
}
