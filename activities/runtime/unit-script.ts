import { commandLine, quote } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { HostChange } from '../operation.ts';
import { renderCommand } from './render-command.ts';
import type { UnitPlace } from './unit-name.ts';

/** Marks the lines of a script that say what it runs, for whoever finds the unit running. */
export const COMMAND_MARK = '#> ';

export interface UnitScript {
  readonly text: string;
  /** Standard inputs of its commands, by the path that the script reads them from. */
  readonly inputs: readonly { readonly path: string; readonly text: string }[];
}

/**
 * The script that a transient unit runs. EL7's systemd keeps neither output nor, without `-r`, the exit code,
 * so the script does: it appends all output to a log and moves the exit code into place as its last act.
 * With the argument `always` it runs only what has to be run however the rest ended.
 */
export function unitScript(title: string, place: UnitPlace, changes: readonly HostChange[]): UnitScript {
  const inputs: { path: string; text: string }[] = [];
  const main: string[] = [];
  const always: string[] = [];
  for (const change of changes.filter((candidate) => candidate.before !== true)) {
    if (change.secretStdin !== undefined) {
      throw new OperatorError(
        'Bug',
        `${commandLine(change.argv)}: a secret can only be handed over before the unit starts`,
      );
    }
    let line = commandLine(change.argv);
    if (change.stdin !== undefined) {
      const path = `${place.directory}/stdin.${inputs.length}`;
      inputs.push({ path, text: change.stdin });
      line += ` <${quote(path)}`;
    }
    if (change.always === true) always.push(`  ${line} || failed=$?`);
    else
      main.push(
        `say ${quote(`+ ${renderCommand(change)}`)}`,
        `try ${quote((change.okCodes ?? [0]).join(' '))} ${line}`,
      );
  }
  const text = [
    '#!/bin/bash',
    `# ${title.replaceAll(/\s+/g, ' ')}`,
    ...changes.map((change) => `${COMMAND_MARK}${JSON.stringify(renderCommand(change))}`),
    'export LC_ALL=C HOME=/root',
    'cd /',
    `exec >>${quote(place.log)} 2>&1 </dev/null`,
    '',
    'say() {',
    '  printf \'%s\\n\' "$1"',
    '}',
    'always() {',
    '  local failed=0',
    ...always,
    '  return "$failed"',
    '}',
    'record() {',
    "  trap '' INT TERM",
    '  always',
    `  printf '%s\\n' "$*" >${quote(`${place.directory}/rc.tmp`)}`,
    `  mv -f ${quote(`${place.directory}/rc.tmp`)} ${quote(`${place.directory}/rc`)}`,
    '  exit "$1"',
    '}',
    'try() {',
    '  local allowed=" $1 " code',
    '  shift',
    '  "$@"',
    '  code=$?',
    '  case "$allowed" in',
    '    *" $code "*) return 0 ;;',
    '  esac',
    '  record "$code"',
    '}',
    '',
    'if [ "$1" = always ]; then',
    '  always',
    '  exit',
    'fi',
    "trap 'record 143 TERM' TERM",
    ...main,
    'record 0',
    '',
  ].join('\n');
  return { text, inputs };
}
