import { colour } from '../runs/words.ts';
import type { Finding } from './finding.ts';

const MARKS = { ok: '✓', problem: '✗', notChecked: '–' } as const;
const STYLES = { ok: 'green', problem: 'red', notChecked: 'dim' } as const;

const TITLES: Readonly<Record<string, string>> = {
  inventory: 'Inventory',
  secret: 'Secrets',
  temporal: 'Temporal and workers',
  placement: 'Where they live',
  home: 'This machine',
  engine: 'Engine',
  storage: 'Storage',
};

/** The findings in their groups, each problem with its fix below it. */
export function doctorText(findings: readonly Finding[], coloured: boolean): string {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const title = titleOf(finding);
    groups.set(title, [...(groups.get(title) ?? []), finding]);
  }
  const sections = [...groups].map(([title, members]) =>
    [colour(coloured, 'bold', title), ...lines(members, coloured)].join('\n'),
  );
  return [...sections, '', summary(findings)].join('\n');
}

function titleOf({ id, subject }: Finding): string {
  const area = id.replace(/\..*/, '');
  return area === 'host' && id !== area ? `Host ${subject}` : (TITLES[area] ?? 'Hosts');
}

function lines(findings: readonly Finding[], coloured: boolean): string[] {
  const told = new Set<string>();
  return findings.flatMap((finding) => {
    const { state, what, fix } = finding;
    const mark = colour(coloured, STYLES[state], MARKS[state]);
    if (state !== 'notChecked') return [`  ${mark} ${what}`, ...(fix === undefined ? [] : [`      ${fix}`])];
    // What was left out for one reason takes one line.
    if (told.has(what)) return [];
    told.add(what);
    const names = findings.filter((other) => other.state === state && other.what === what).map(({ id }) => nameOf(id));
    return [`  ${mark} ${colour(coloured, 'dim', `not checked: ${[...new Set(names)].join(', ')}: ${what}`)}`];
  });
}

/** `caCertificate` → "CA certificate". */
function nameOf(id: string): string {
  const words = (id.split('.')[1] ?? id).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^ca\b/, 'CA');
}

export function summary(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const problems = count('problem');
  const found = problems === 0 ? 'Nothing is missing' : `${problems} ${problems === 1 ? 'problem' : 'problems'}`;
  return `${found}; ${count('ok')} ${count('ok') === 1 ? 'check' : 'checks'} passed, ${count('notChecked')} not checked. All was looked at from this machine; a worker elsewhere has its own network, files and environment: run it there, too.`;
}
