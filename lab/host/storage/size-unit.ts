/** The letter of the largest unit up to TiB that fits, and how many of it these bytes are: programs round them differently. */
export function inUnit(bytes: number): { readonly amount: number; readonly letter: string } {
  const [letter, unit] =
    bytes >= 2 ** 40
      ? (['T', 2 ** 40] as const)
      : bytes >= 2 ** 30
        ? (['G', 2 ** 30] as const)
        : (['M', 2 ** 20] as const);
  return { amount: bytes / unit, letter };
}
