import type { Command } from '../../types.ts';
import { randomLetters, stamp } from '../ids.ts';
import { paths } from '../paths.ts';
import type { Block } from './ansible.ts';
import { runTask, TaskFailed } from './ansible.ts';
import { StageError } from './console.ts';
import type { Deployment } from './deployment.ts';

const PROGRAM = '/usr/bin/ansible-playbook';
const TRIGGER = '/usr/share/ovirt-hosted-engine-setup/ansible/trigger_role.yml';
const VARIABLES = '--extra-vars=@/tmp/';
const FAILED = 2;

/** Playbooks that wait for their process, by the file of variables that the setup hands over. */
const waiting = new Map<string, { readonly d: Deployment; readonly blocks: readonly Block[] }>();

/** Runs the blocks in order; after a failed task its block's rescue runs, and that is the end. */
async function runBlocks(d: Deployment, blocks: readonly Block[]): Promise<boolean> {
  for (const block of blocks) {
    try {
      for (const task of block.tasks) await runTask(d, task);
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error;
      try {
        for (const task of block.rescue ?? []) await runTask(d, task);
      } catch (second) {
        if (!(second instanceof TaskFailed)) throw second;
      }
      return false;
    }
  }
  return true;
}

/** The process that does the work; it outlives a setup program that is killed alone. */
export const ansiblePlaybook: Command = async (ctx) => {
  const file = ctx.args.find((arg) => arg.startsWith(VARIABLES))?.slice(VARIABLES.length) ?? '';
  const work = waiting.get(file);
  if (!work) {
    ctx.err(`ERROR! the playbook: ${ctx.args[0] ?? ''} could not be found\n`);
    return 1;
  }
  waiting.delete(file);
  work.d.ctx = ctx;
  work.d.console.through(ctx);
  await ctx.sleep(2);
  return (await runBlocks(work.d, work.blocks)) ? 0 : FAILED;
};

/** Runs a playbook as the setup calls it, in a process of its own; a failed one ends the stage. */
export async function play(d: Deployment, tag: string, blocks: readonly Block[]): Promise<void> {
  const suffix = `${stamp(d.host.date())}-${randomLetters(d.lab, 6)}`;
  d.playLog = `${paths.setupLogs}/ovirt-hosted-engine-setup-ansible-${tag}-${suffix}.log`;
  d.host.fs.write(d.playLog, '', { mode: 0o600 });
  d.console.debug(`ansible-playbook: tags: ${tag} log: ${d.playLog}`);
  const setup = d.ctx;
  const file = `tmp${randomLetters(d.lab, 6)}`;
  waiting.set(file, { d, blocks });
  const options = ['--inventory=localhost,', `${VARIABLES}${file}`, `--tags=${tag}`, '--skip-tags=always'];
  try {
    const child = setup.spawn([PROGRAM, TRIGGER, ...options]);
    const status = await Promise.race([child.done, setup.untilSignalled()]);
    if (status.code !== 0 || status.signal) throw new StageError('Failed executing ansible-playbook');
    d.ctx = setup;
    d.console.through(setup);
  } catch (error) {
    if (error instanceof StageError) {
      d.ctx = setup;
      d.console.through(setup);
    }
    throw error;
  } finally {
    waiting.delete(file);
  }
}
