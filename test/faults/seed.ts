/** The seed of a sample: the same in CI each time, elsewhere another one; told, so that it can be repeated. */
export function toldSeed(): number {
  const seed = Number(process.env.FAULT_SEED ?? (process.env.CI ? 1 : Date.now() % 1_000_000));
  console.log(`seed ${seed} (set FAULT_SEED to repeat; "npm run faults" runs every kind at every point)`);
  return seed;
}
