import { type OperationContext, operation } from '../../operation.ts';
import { firstOf, lookPatiently } from '../../runtime/look-patiently.ts';
import { Verdict } from '../preflight/checks.ts';
import { type EngineWeb, judgeEngineWeb, readEngineWeb } from './engine-web.ts';
import { judgeAgents } from './judge-agents.ts';
import { judgeCertificates } from './judge-certificates.ts';
import { judgeConfiguration } from './judge-configuration.ts';
import { judgeEngine } from './judge-engine.ts';
import { judgeScores } from './judge-scores.ts';
import { lastBackup } from './last-backup.ts';
import { type HaHost, readHaHosts } from './read-host.ts';
import { enginePlace } from './views.ts';

export interface InspectParams {
  /** Lends its copy of the engine's CA where the inventory names none. */
  readonly host: string;
}

export interface InspectOutput {
  /** Name of the host that runs the engine VM, as it publishes itself. */
  readonly runsOn: string;
}

export interface InspectFacts {
  readonly hosts: readonly HaHost[];
  readonly web: EngineWeb;
  /** When the engine was last saved, in a sentence. */
  readonly backup: string;
}

/**
 * How long a finding must last: for a minute after its start an agent holds all others for stale, and what a command
 * sets shows up to twenty seconds later.
 */
const PATIENCE = { seconds: 100, every: 20 };

/** Finds everything that is wrong with the hosted engine, as seen from all hosts that can run it; changes nothing. */
export const inspectHostedEngine = operation<InspectParams, InspectFacts, InspectOutput>({
  name: 'inspectHostedEngine',
  title: () => 'Check the health of the hosted engine from every host that can run it',
  look(context, { host }) {
    const look = async () => {
      const [hosts, web, backup] = await Promise.all([
        readHaHosts(context),
        readEngineWeb(context, host),
        lastBackup(context),
      ]);
      return { hosts, web, backup: backup.words };
    };
    return lookPatiently(context, PATIENCE, look, (facts) =>
      firstOf('looking again, in case it passes', judge(facts, context).findings),
    );
  },
  decide(facts, _params, context) {
    const { findings, evidence } = judge(facts, context);
    const { healthy } = enginePlace(facts.hosts);
    if (findings.length > 0 || healthy === undefined) {
      return { state: 'refused', changes: [], evidence, findings };
    }
    const sound = `the hosted engine is sound: ${facts.hosts.length} hosts asked, ${healthy.hostName} runs the engine VM`;
    return { state: 'already', changes: [], evidence: [sound, ...evidence], output: { runsOn: healthy.hostName } };
  },
});

function judge(facts: InspectFacts, { inventory, profile }: Pick<OperationContext, 'inventory' | 'profile'>): Verdict {
  const { hosts, web, backup } = facts;
  const verdict = new Verdict();
  verdict.demand(
    hosts.length > 0,
    'no host of the inventory has the role hostedEngine',
    'Give the hosts that can run the engine VM this role in the inventory',
  );
  judgeAgents(hosts, verdict);
  judgeEngine(hosts, verdict);
  judgeScores(hosts, profile.hostedEngine, verdict);
  judgeConfiguration(hosts, inventory.engine.fqdn, verdict);
  judgeEngineWeb(web, verdict);
  judgeCertificates(hosts, verdict);
  verdict.seen(backup);
  return verdict;
}
