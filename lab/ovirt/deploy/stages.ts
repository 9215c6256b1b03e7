import { paths } from '../paths.ts';
import { writeAnswers } from './answer-file.ts';
import type { Configuration } from './answers.ts';
import { parseTyped, readConfiguration } from './answers.ts';
import { Aborted, StageError } from './console.ts';
import { customize } from './customize.ts';
import type { Deployment } from './deployment.ts';
import { play } from './playbook.ts';
import { plays } from './plays/index.ts';
import { settle } from './question.ts';
import { diskSize, hostName, proceed, screenProceed, storageType } from './questions.ts';
import { chooseLun } from './storage-questions.ts';

export interface StageOptions {
  readonly append: readonly string[];
  readonly answer: string | undefined;
  readonly environment: readonly string[];
}

const FAILED = 'Hosted Engine deployment failed';
const HARD = `${FAILED}: please check the logs for the issue, fix accordingly or re-deploy from scratch.`;

interface Stage {
  readonly name: string;
  readonly run?: () => Promise<void> | void;
}

/** `--otopi-environment` holds `KEY=type:value` words; an `APPEND:` before the key is allowed. */
function applyWords(d: Deployment, words: readonly string[]): void {
  for (const word of words.join(' ').split(/\s+/).filter(Boolean)) {
    const [key = '', value = ''] = word.replace(/^APPEND:/, '').split(/=(.*)/s);
    d.environment.set(key, parseTyped(value));
  }
}

/** Refuses a session that would not outlive its connection, unless it was told not to look. */
async function checkSession(d: Deployment): Promise<void> {
  const { env } = d.ctx;
  if (!env.has('SSH_CLIENT') || d.flag('CORE/skipTTYCheck', false)) {
    if (env.has('SSH_CLIENT') && env.get('TERM') !== 'screen') await screen(d);
    return;
  }
  if (!env.has('TERM') || (env.get('TERM') === 'dumb' && !d.ctx.tty)) {
    d.console.error(
      'It has been detected that this program is executed through an SSH connection without pseudo-tty allocation.\nPlease run again ssh adding -t option\n',
    );
    throw new Aborted('Aborted');
  }
  if (env.get('TERM') !== 'screen') await screen(d);
}

async function screen(d: Deployment): Promise<void> {
  await settle(screenProceed, d);
  if (!d.flag('CORE/screenProceed', false)) throw new Aborted('Aborted');
}

async function closeUp(d: Deployment): Promise<void> {
  d.console.info('Cleaning previous attempts');
  await play(d, 'initial_clean', plays.initialClean);
  d.console.info('Starting local VM');
  await play(d, 'bootstrap_local_vm', plays.bootstrap);
  await settle(storageType, d);
  await chooseLun(d);
  d.console.info('Creating Storage Domain');
  await play(d, 'create_storage_domain', plays.storageDomain);
  await settle(diskSize, d);
  d.console.info('Creating Target VM');
  await play(d, 'create_target_vm', plays.targetVm);
}

/** Runs all stages; a failed one skips the rest but the last three. Gives the exit code. */
export async function runStages(d: Deployment, options: StageOptions): Promise<number> {
  const { console } = d;
  let configuration: Configuration | undefined;
  let failed = false;
  let begun = false;
  const main: Stage[] = [
    {
      name: 'Initializing',
      run: () => {
        applyWords(d, options.environment);
        configuration = readConfiguration(d.host, paths.setupConf, options.append);
        configuration.apply('default', d.environment, false);
        configuration.apply('init', d.environment, true);
      },
    },
    {
      name: 'Environment setup',
      run: async () => {
        console.note('During customization use CTRL-D to abort.');
        await settle(proceed, d);
        if (!d.flag('CORE/deployProceed', false)) throw new Aborted('Aborted');
        await checkSession(d);
        console.note(`Configuration files: [${(configuration?.files ?? []).map((f) => `'${f}'`).join(', ')}]`);
        console.note(`Log file: ${console.log}`);
        console.note('Version: otopi-1.8.4 (otopi-1.8.4-1.el7)');
        const missing = configuration?.missing ?? [];
        if (missing.length > 0) {
          console.warning(`The following configuration files are missing: ${missing.join(',')}.`);
        }
      },
    },
    { name: 'Environment packages setup' },
    { name: 'Programs detection' },
    { name: 'Environment setup (late)' },
    {
      name: 'Environment customization',
      run: async () => {
        configuration?.apply('override', d.environment, true);
        await customize(d);
        configuration?.apply('enforce', d.environment, true);
      },
    },
    { name: 'Setup validation', run: () => settle(hostName, d) },
    { name: 'Transaction setup' },
    { name: 'Misc configuration (early)' },
    { name: 'Package installation' },
    {
      name: 'Misc configuration',
      run: () => {
        begun = true;
      },
    },
    { name: 'Transaction commit' },
    { name: 'Closing up', run: () => closeUp(d) },
  ];
  for (const stage of main) {
    console.stage(stage.name);
    await d.ctx.sleep(0.5);
    try {
      await stage.run?.();
    } catch (error) {
      if (error instanceof Aborted) console.warning('Aborted');
      else if (error instanceof StageError || !isSignal(error)) {
        console.error(
          `Failed to execute stage '${stage.name}': ${error instanceof Error ? error.message : String(error)}`,
        );
      } else throw error;
      failed = true;
      break;
    }
  }
  console.stage('Clean up');
  console.info('Cleaning temporary resources');
  await cleanTemporary(d);
  writeAnswers(d, options.answer, !failed);
  console.stage('Pre-termination');
  console.stage('Termination');
  if (!failed) {
    console.info('Hosted Engine successfully deployed');
    return 0;
  }
  console.error(begun ? HARD : FAILED);
  console.note(`Log file is located at ${console.log}`);
  return 1;
}

const isSignal = (error: unknown): boolean => error instanceof Error && error.name === 'Signalled';

async function cleanTemporary(d: Deployment): Promise<void> {
  try {
    await play(d, 'final_clean', plays.finalClean);
  } catch (error) {
    if (isSignal(error)) throw error;
    // The run is judged by what came before; a failed cleaning is only shown.
    d.console.error(`Failed to execute stage 'Clean up': ${error instanceof Error ? error.message : String(error)}`);
  }
}
