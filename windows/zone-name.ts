/** The name as the time zone database spells it; nothing when it has none such. */
export function zoneName(name: string): string | undefined {
  if (name === 'UTC') return name;
  const known = Intl.supportedValuesOf('timeZone').find((zone) => zone.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known;
  // Other names of the database, such as Asia/Kolkata; offsets such as +02:00 are no places with a clock.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch {
    return undefined;
  }
}
