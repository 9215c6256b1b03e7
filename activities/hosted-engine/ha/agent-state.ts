import { parseKeyValues } from '../../host/parse/key-values.ts';
import { readAll } from '../../host/read-all.ts';
import type { OperationContext } from '../../operation.ts';
import { AGENT, type HaSight, isDeployed, readHaHost } from './read-host.ts';

/** The agent's process at one moment. EL7's systemd counts no restarts, so two moments have to be compared. */
export interface AgentSample {
  readonly pid: number;
  /** `active/running`; between two attempts of a crash loop `activating/auto-restart`. */
  readonly words: string;
  /** How the last process ended. */
  readonly exitStatus: number;
}

export interface AgentState {
  readonly sight: HaSight;
  readonly samples: readonly [AgentSample, AgentSample];
  /** What the agent said in the journal when it gave up, newest last. */
  readonly symptoms: readonly string[];
}

/** Longer than RestartSec, so that a process which lived through it is not the next attempt. */
const SAMPLE_SECONDS = 15;
/** An agent that starts joins the sanlock lockspace first, and is silent until then. */
const SILENCE_SECONDS = 300;
const RUNNING = 'active/running';

/** Looks until it is plain: the agent publishes, or its process ends, or it stays silent for longer than it may. */
export async function readAgentState(context: OperationContext, host: string): Promise<AgentState> {
  let first = (await sampleOf(context, host)).sample;
  for (let waited = 0; ; waited += SAMPLE_SECONDS) {
    await context.pause(SAMPLE_SECONDS);
    const sight = await readHaHost(context, host);
    const { sample, journal } = await sampleOf(context, host);
    const state: AgentState = { sight, samples: [first, sample], symptoms: parseSymptoms(journal) };
    if (!sameProcess(state) || publishes(sight) || !isDeployed(sight) || waited >= SILENCE_SECONDS) return state;
    context.progress(`the HA agent of ${host} runs, but publishes nothing yet`);
    first = sample;
  }
}

async function sampleOf(context: OperationContext, host: string): Promise<{ sample: AgentSample; journal: string }> {
  const answers = await readAll(context.host(host), {
    unit: ['systemctl', 'show', `${AGENT}.service`, '-p', 'MainPID,ActiveState,SubState,ExecMainStatus'],
    journal: ['journalctl', '-u', AGENT, '-n', '40', '-o', 'cat', '--no-pager'],
  });
  return { sample: parseSample(answers.unit.text), journal: answers.journal.text };
}

export function parseSample(text: string): AgentSample {
  const values = parseKeyValues(text);
  return {
    pid: Number(values.get('MainPID') ?? 0),
    words: `${values.get('ActiveState') ?? 'inactive'}/${values.get('SubState') ?? 'dead'}`,
    exitStatus: Number(values.get('ExecMainStatus') ?? 0),
  };
}

/** The sentences of the agent's source (ovirt_hosted_engine_ha 2.3); syslog writes a newline as `#012`. */
const SYMPTOMS = [
  /Failed to start necessary monitors/,
  /failed to start monitor via ovirt-ha-broker: \[Errno \d+\] [A-Za-z ]+/,
  /Disconnected from broker .*/,
  /Can't initialize brokerlink .*/,
  /Storage disconnected .*/,
  /Service \w+ is not running and the admin is responsible for starting it/,
  /timeout during domain acquisition/,
  /Hosted Engine is not configured\. Shutting down/,
];

export function parseSymptoms(journal: string): readonly string[] {
  const found = journal
    .replaceAll('#012', '\n')
    .split('\n')
    .flatMap((line) => SYMPTOMS.flatMap((symptom) => symptom.exec(line)?.[0].trim() ?? []));
  return [...new Set(found)];
}

export function sameProcess({ samples: [before, after] }: AgentState): boolean {
  return before.words === RUNNING && after.words === RUNNING && before.pid === after.pid && after.pid > 0;
}

/** Its own block is fresh and has a state: the agent goes round in its loop. */
export function publishes(sight: HaSight): boolean {
  const own = sight.status?.hosts.find(({ hostId }) => hostId === Number(sight.conf.host_id));
  return own?.live === true && own.state !== undefined && sight.vmConf;
}

export function isSteady(state: AgentState): boolean {
  return sameProcess(state) && publishes(state.sight);
}

/** What is the matter with the agent, in words. */
export function describeAgent(host: string, state: AgentState): string {
  const [before, after] = state.samples;
  const own = state.sight.status?.hosts.find(({ hostId }) => hostId === Number(state.sight.conf.host_id));
  if (isSteady(state)) {
    return `the HA agent of ${host} runs steadily and publishes: state ${own?.state}, score ${own?.score}`;
  }
  if (sameProcess(state)) return `the HA agent of ${host} runs, but publishes nothing`;
  const looping = after.words === 'activating/auto-restart' || (before.pid !== after.pid && after.words === RUNNING);
  if (!looping) return `the HA agent of ${host} is ${after.words}, and systemd does not try to start it`;
  const exit = [before, after].find(({ exitStatus }) => exitStatus !== 0)?.exitStatus;
  return `the HA agent of ${host} ends and is restarted over and over${exit === undefined ? '' : ` (status ${exit})`}`;
}
