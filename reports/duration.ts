/** "340 ms", "12 s", "3 min 5 s", "2 h 4 min"; empty while one end is not known. */
export function duration(from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined) return '';
  return spell(Date.parse(to) - Date.parse(from));
}

export function spell(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
