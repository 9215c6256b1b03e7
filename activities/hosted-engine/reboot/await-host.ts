import type { HostParams } from '../../host/params.ts';
import { parseMultipath } from '../../host/parse/multipath.ts';
import { parseLockspaces } from '../../host/parse/sanlock.ts';
import { answeredOrNot, readAll } from '../../host/read-all.ts';
import { type OperationContext, operation } from '../../operation.ts';
import { firstOf, lookPatiently } from '../../runtime/look-patiently.ts';
import { type AgentState, describeAgent, isSteady, readAgentState, sameProcess } from '../ha/agent-state.ts';
import { AGENT, BROKER, type HaSight, readHaHost } from '../ha/read-host.ts';
import { Verdict } from '../preflight/checks.ts';

export interface AwaitHaHostOutput {
  /** The agent publishes; else it cannot start and has to be recovered. */
  readonly steady: boolean;
}

/** Lockspace of the hosted engine, beside that of its storage domain. */
const LOCKSPACE = 'hosted-engine';

interface Base {
  readonly system: string;
  readonly sight: HaSight;
  /** Paths to the LUN of the engine VM that are active and running. */
  readonly paths: number;
  readonly lockspaces: readonly string[];
}

interface HostFacts {
  readonly base: Base;
  /** Absent: what the agent stands on is not there yet. */
  readonly agent?: AgentState;
}

/** Services come up within minutes of a boot, the LUN's paths and vdsm's link to the storage with them. */
const BASE_PATIENCE = { seconds: 900, every: 10 };
/** An agent that began before its storage was there starts anew some times; joining the lockspace takes up to 240 s. */
const AGENT_SECONDS = 420;

/**
 * Waits after a boot until the host can carry the engine VM again: services, storage, agent, lockspace, vm.conf. What
 * is late is waited for; an agent that cannot start is told apart from one that only needs time.
 */
export const awaitHaHost = operation<HostParams, HostFacts, AwaitHaHostOutput>({
  name: 'awaitHaHost',
  title: ({ host }) => `Wait until ${host} can run the engine VM again`,
  async look(context, { host }) {
    const base = await awaitBase(context, host);
    if (missing(base, host).findings.length > 0) return { base };
    for (let waited = 0; ; ) {
      const agent = await readAgentState(context, host);
      const facts = { base: await readBase(context, host), agent };
      waited += agent.seconds;
      if ((isSteady(agent) && joined(facts.base)) || waited >= AGENT_SECONDS) return facts;
      // In local maintenance the newest agents wait for its end and publish nothing until then.
      if (facts.base.sight.localMaintenance && sameProcess(agent)) return facts;
      context.progress(`waiting: ${describeAgent(host, agent)}`);
    }
  },
  decide({ base, agent }, { host }) {
    const verdict = missing(base, host);
    if (agent === undefined) {
      const { findings, evidence } = verdict;
      return { state: 'refused', changes: [], evidence, findings };
    }
    const idle = base.sight.localMaintenance && sameProcess(agent);
    const steady = isSteady(agent) || idle;
    verdict.seen(describeAgent(host, agent));
    for (const symptom of steady ? [] : agent.symptoms) verdict.seen(`journal of ${AGENT}: ${symptom}`);
    verdict.seen(`sanlock has joined: ${base.lockspaces.join(', ') || 'no lockspace'}`);
    verdict.demand(
      !steady || idle || joined(base),
      `sanlock on ${host} has not joined the lockspaces of the hosted engine`,
      'sanlock client status; /var/log/sanlock.log on that host',
    );
    const { findings, evidence } = verdict;
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    const summary = steady
      ? `${host} can run the engine VM again: services, storage, HA agent`
      : `${host} is up, but its HA agent cannot start`;
    return { state: 'already', changes: [], evidence: [summary, ...evidence], output: { steady } };
  },
});

function awaitBase(context: OperationContext, host: string): Promise<Base> {
  return lookPatiently(
    context,
    BASE_PATIENCE,
    () => readBase(context, host),
    (base) => firstOf('waiting', missing(base, host).findings),
  );
}

async function readBase(context: OperationContext, host: string): Promise<Base> {
  const { lun } = context.inventory.storage.hostedEngine;
  const sight = await readHaHost(context, host);
  const answers = await readAll(context.host(host), {
    system: answeredOrNot(['systemctl', 'is-system-running'], 30),
    multipath: answeredOrNot(['multipath', '-ll'], 30),
    sanlock: answeredOrNot(['sanlock', 'client', 'status'], 30),
  });
  const map = parseMultipath(answers.multipath.text).find(({ wwid }) => wwid === lun);
  return {
    system: answers.system.text.trim(),
    sight,
    paths: map?.paths.filter(({ usable }) => usable).length ?? 0,
    lockspaces: parseLockspaces(answers.sanlock.text).map(({ name }) => name),
  };
}

function joined({ lockspaces, sight }: Base): boolean {
  return [LOCKSPACE, sight.conf.sdUUID].every((name) => name !== undefined && lockspaces.includes(name));
}

/** What the agent stands on and is not there; the agent and its broker are judged by what they do. */
function missing({ system, sight, paths }: Base, host: string): Verdict {
  const verdict = new Verdict();
  verdict.seen(`systemd on ${host} says: ${system}`);
  verdict.demand(
    /^(running|degraded)$/.test(system),
    `${host} is still booting: systemd says ${system || 'nothing'}`,
    'systemctl list-jobs on that host shows what it waits for',
  );
  for (const [unit, { active, words }] of Object.entries(sight.units)) {
    verdict.seen(`${unit} on ${host} is ${words}`);
    if (unit === AGENT || unit === BROKER) continue;
    verdict.demand(active, `${unit} on ${host} is ${words}`, `journalctl -u ${unit} on that host`);
  }
  verdict.seen(`the LUN of the engine VM has ${paths} usable paths on ${host}`);
  verdict.demand(
    paths > 0,
    `the LUN of the engine VM has no usable path on ${host}`,
    'multipath -ll on that host; look at the zoning and the presentation of the LUN',
  );
  return verdict;
}
