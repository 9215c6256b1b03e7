import { parseKeyValues } from '../../host/parse/key-values.ts';
import { readAll } from '../../host/read-all.ts';
import type { OperationContext } from '../../operation.ts';
import { AGENT, type HaSight, isDeployed, readHaHost } from './read-host.ts';

/** The agent's process at one moment. EL7's systemd counts no restarts, so two moments have to be compared. */
export interface AgentSample {
  readonly pid: number;
  /** `active/running`; between two attempts of a crash loop `activating/auto-restart`. */
  readonly words: string;
}

export interface AgentState {
  readonly sight: HaSight;
  readonly samples: readonly [AgentSample, AgentSample];
  /** What the agent said in the journal when it gave up, newest last. */
  readonly symptoms: readonly string[];
  /** How its newest failed process ended: `status 157`, `signal KILL`; absent: the journal tells of none. */
  readonly lastFailure?: string;
  /** How long it was watched, before scaling. */
  readonly seconds: number;
}

/** Longer than RestartSec, so that a process which lived through it is not the next attempt. */
const SAMPLE_SECONDS = 15;
/** An agent that starts joins the sanlock lockspace first, and is silent until then. */
const SILENCE_SECONDS = 300;
const RUNNING = 'active/running';
const BETWEEN_ATTEMPTS = 'activating/auto-restart';

/** Looks until it is plain: the agent publishes, or its process ends, or it stays silent for longer than it may. */
export async function readAgentState(context: OperationContext, host: string): Promise<AgentState> {
  let first = (await sampleOf(context, host)).sample;
  for (let waited = 0; ; waited += SAMPLE_SECONDS) {
    await context.pause(SAMPLE_SECONDS);
    const sight = await readHaHost(context, host);
    const { sample, journal } = await sampleOf(context, host);
    const lastFailure = parseLastFailure(journal);
    const symptoms = parseSymptoms(journal);
    const seconds = waited + SAMPLE_SECONDS;
    const state: AgentState = {
      sight,
      samples: [first, sample],
      symptoms,
      seconds,
      ...(lastFailure && { lastFailure }),
    };
    if (!sameProcess(state) || publishes(sight) || !isDeployed(sight) || waited >= SILENCE_SECONDS) return state;
    context.progress(`the HA agent of ${host} runs, but publishes nothing yet`);
    first = sample;
  }
}

async function sampleOf(context: OperationContext, host: string): Promise<{ sample: AgentSample; journal: string }> {
  const answers = await readAll(context.host(host), {
    unit: ['systemctl', 'show', `${AGENT}.service`, '-p', 'MainPID,ActiveState,SubState'],
    journal: ['journalctl', '-u', AGENT, '-n', '40', '-o', 'cat', '--no-pager'],
  });
  return { sample: parseSample(answers.unit.text), journal: answers.journal.text };
}

export function parseSample(text: string): AgentSample {
  const values = parseKeyValues(text);
  return {
    pid: Number(values.get('MainPID') ?? 0),
    words: `${values.get('ActiveState') ?? 'inactive'}/${values.get('SubState') ?? 'dead'}`,
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

/**
 * systemd's own line on the newest process that failed. ExecMainStatus would not do: it is 0 again as soon as the next
 * attempt runs. EL8 writes `Main`.
 */
export function parseLastFailure(journal: string): string | undefined {
  const [, code, status, name] =
    [...journal.matchAll(/[Mm]ain process exited, code=(\w+), status=(\d+)\/(\S+)/g)].at(-1) ?? [];
  if (code === undefined) return undefined;
  return code === 'exited' ? `status ${status}` : `signal ${name}`;
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
  const failure = state.lastFailure === undefined ? '' : ` (${state.lastFailure})`;
  const another = before.words === RUNNING && after.words === RUNNING && before.pid !== after.pid;
  if ([before.words, after.words].includes(BETWEEN_ATTEMPTS) || (another && failure !== '')) {
    return `the HA agent of ${host} ends and is restarted over and over${failure}`;
  }
  if (after.words === RUNNING) return `the HA agent of ${host} was started anew between two looks`;
  return `the HA agent of ${host} is ${after.words}, and systemd does not try to start it`;
}
