/** Lines by which commands say that they failed: otopi, Ansible, yum, virsh, Python. */
const DECISIVE = [
  /\[ ?ERROR ?\]/,
  /\bfatal:/,
  /FAILED!/,
  /\berror:/,
  /\bError:/,
  /^E: /,
  /^No package .* available/,
  /^\S*(Error|Exception): /,
];
const AT_MOST = 12;
const WIDTH = 600;

/**
 * The lines of an output that tell what went wrong, each with the line before it. The last ten are seldom it: after
 * its error an installer goes on to clean up. Where nothing looks like an error, the tail.
 */
export function decisiveLines(output: string): string[] {
  const lines = output
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const picked = new Set<number>();
  const seen = new Set<string>();
  lines.forEach((line, at) => {
    if (!isDecisive(lines, at)) return;
    const essence = line.replace(/^[\d\s:,.TZ-]+/, '').replace(/\d{2}:\d{2}:\d{2}/g, '');
    if (seen.has(essence)) return;
    seen.add(essence);
    if (at > 0 && lines[at - 1]?.startsWith('+ ') !== true) picked.add(at - 1);
    picked.add(at);
  });
  const found = [...picked].sort((a, b) => a - b).map((at) => cut(lines[at] ?? ''));
  if (found.length === 0) return lines.slice(-AT_MOST).map(cut);
  if (found.length <= AT_MOST) return found;
  // The first error is mostly the cause, the last ones are what it led to.
  return [...found.slice(0, AT_MOST - 4), ...found.slice(-4)];
}

function isDecisive(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  // Ansible says a failed task's line first, then that it does not matter.
  if (/\.\.\.ignoring$/.test(lines[at + 1] ?? '')) return false;
  // The script's own words: a command may name an error without being one.
  if (line.startsWith('+ ')) return false;
  if (DECISIVE.some((pattern) => pattern.test(line))) return true;
  return at > 0 && endsTraceback(lines, at);
}

/** The line after the last indented frame of a Python traceback names the exception. */
function endsTraceback(lines: readonly string[], at: number): boolean {
  if (/^\s/.test(lines[at] ?? '') || !/^\s+/.test(lines[at - 1] ?? '')) return false;
  for (let above = at - 1; above >= 0; above--) {
    const line = lines[above] ?? '';
    if (line.includes('Traceback (most recent call last)')) return true;
    if (!/^\s/.test(line)) return false;
  }
  return false;
}

function cut(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH)} … (${line.length - WIDTH} characters more)`;
}
