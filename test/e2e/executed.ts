/**
 * test/e2e/ runs whole runbooks as operators do, with lab and worker as processes of their own.
 *
 * This file: what a run really changed, read from the lab's journal alone.
 */

import type { Plan } from '../../workflows/contract.ts';
import type { JournalEntry } from '../support/lab-control.ts';

/** A short change goes through the step's lock. */
const LOCKED = /^LC_ALL=C flock -w \d+ \/run\/lock\/ovirt-runbooks-[0-9a-f]+\.lock (.+)$/s;
/** A long one runs in a unit of ours. */
const UNIT = /^(ovirt-runbook-\S+\.service) (.+) \(pid \d+\)$/s;
/** What the engine does on the host for its own bookkeeping; none of it touches the datacentre. */
const BOOKKEEPING = [
  /^LC_ALL=C install -d -m 0700 \/var\/lib\/ovirt-runbooks\//,
  /^LC_ALL=C install -D -m 0[67]00 \/dev\/null \/var\/lib\/ovirt-runbooks\//,
  /^LC_ALL=C dd of=\/var\/lib\/ovirt-runbooks\/\S+ status=none$/,
  /^LC_ALL=C cp \/proc\/sys\/kernel\/random\/boot_id \/var\/lib\/ovirt-runbooks\//,
  /^LC_ALL=C systemd-run --unit=ovirt-runbook-\S+ /,
  /^LC_ALL=C systemctl stop ovirt-runbook-\S+$/,
  /^LC_ALL=C bash -c 'systemctl stop ovirt-runbook-\S+; systemctl reset-failed ovirt-runbook-\S+; true'$/,
];
/** Programs that a look may start. */
const READING = new Set(
  'awk base64 bash blkid cat chronyc curl cut date df echo env find firewall-cmd free getent grep head hosted-engine hostname id ip ls lsblk multipath nproc ntpstat pgrep printf pvs rpm sed sort sshd stat systemctl tail test timeout tr true uname uniq virsh wc wipefs yum'.split(
    ' ',
  ),
);
/** Forms of those programs that would change something. */
const CHANGING =
  /^(yum (?!repolist|-q |list|info|check-update)|systemctl (?!show|is-|status|list-|cat)|firewall-cmd (?!(--permanent )?--(state|get-|list-))|virsh (?!dom|list|pool-list|version|cap|-r)|ip (?!-o |route( show)?$|rule( show)?$|addr|link)|wipefs (?!-p )|sed -i|hosted-engine (?!--vm-status|--check-)|find .*-(delete|exec))/;

/** The changes in the order in which they were begun, as command lines. */
export function executedChanges(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap(({ kind, text }) => {
    if (kind === 'command') {
      const locked = LOCKED.exec(text)?.[1];
      return locked === undefined || locked === 'true' ? [] : [locked];
    }
    const inUnit = kind === 'process' ? UNIT.exec(text)?.[2] : undefined;
    return inUnit === undefined ? [] : [inUnit];
  });
}

/** What the plan says will be executed: without what is not known yet, and without notes on standard input. */
export function plannedChanges(plan: Plan): string[] {
  return (
    plan.steps
      .filter(({ state }) => state === 'wouldDo')
      .flatMap(({ commands }) => commands.map((command) => command.replace(/ < \([^)]*\)$/, '')))
      // A guard of the script: the shell answers it itself, and it changes nothing.
      .filter((command) => !command.startsWith('test '))
  );
}

/**
 * The commands that were executed but not planned, and those that were planned but not executed.
 * A unit shows what its programs start in turn, so there only the planned commands and the script itself are told apart.
 */
export function compareWithPlan(
  journal: readonly JournalEntry[],
  plan: Plan,
): { unplanned: string[]; missing: string[] } {
  const planned = plannedChanges(plan);
  const executed = executedChanges(journal);
  const left = [...planned];
  const unplanned: string[] = [];
  let within: string | undefined;
  for (const command of executed) {
    const at = left.findIndex((line) => sameCommand(line, command));
    if (at >= 0) {
      within = left.splice(at, 1)[0];
      continue;
    }
    const script = /^\/?(\S*\/)?bash \/var\/lib\/ovirt-runbooks\/\S+\/script$/.test(command);
    const housekeeping =
      script || /^(mv -f|rm -f|cat|install) \/?\S*(\/var\/lib|\/run)\/ovirt-runbooks\//.test(command);
    // What the deployment itself starts is its own business.
    const ofTheTool = within !== undefined && /^(hosted-engine|ovirt-hosted-engine-cleanup|yum)\b/.test(within);
    if (!housekeeping && !ofTheTool) unplanned.push(command);
  }
  return { unplanned, missing: left };
}

/** SSH commands that are neither a planned change, nor bookkeeping, nor reads. */
export function strayCommands(journal: readonly JournalEntry[]): string[] {
  const commands = journal.filter(({ kind }) => kind === 'command').map(({ text }) => text);
  return commands.filter(
    (text) => !LOCKED.test(text) && !BOOKKEEPING.some((form) => form.test(text)) && !isReading(text),
  );
}

/** Processes outside our units that do more than read. */
export function changingProcesses(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap(({ kind, text }) => {
    const line = kind === 'process' ? /^- (.+) \(pid \d+\)$/s.exec(text)?.[1] : undefined;
    if (line === undefined || isReading(`LC_ALL=C ${line}`)) return [];
    return [line];
  });
}

function isReading(text: string): boolean {
  const line = text.replace(/^LC_ALL=C /, '').replace(/^timeout \d+ /, '');
  const [program = ''] = line.split(/\s/);
  return READING.has(program.replace(/^.*\//, '')) && !CHANGING.test(line);
}

/** The journal shows arguments without quotes. */
function sameCommand(planned: string, executed: string): boolean {
  return planned === executed || bare(planned) === bare(executed);
}

function bare(line: string): string {
  return line.replaceAll("'", '').replace(/^\/usr\/s?bin\//, '');
}
