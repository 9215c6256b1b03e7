import type { HostParams } from '../../host/params.ts';
import { operation } from '../../operation.ts';
import { isSet } from '../ha/global-maintenance.ts';
import { type HaHost, readHaHosts } from '../ha/read-host.ts';
import { enginePlace } from '../ha/views.ts';
import { Verdict } from '../preflight/checks.ts';

/** Checks right before a host goes down that nobody has changed what was arranged: HA suspended, no engine VM anywhere. */
export const confirmEngineDown = operation<HostParams, readonly HaHost[]>({
  name: 'confirmEngineDown',
  title: () => 'Check that global maintenance holds and no host runs the engine VM',
  look: readHaHosts,
  decide(hosts) {
    const verdict = new Verdict();
    const { runsOn } = enginePlace(hosts);
    verdict.demand(
      runsOn === undefined,
      `${runsOn} runs the engine VM again: somebody has started it`,
      'Find out who and why; then shut it down again (hosted-engine --vm-shutdown there) and retry, or roll back',
    );
    verdict.demand(
      isSet(hosts) === true,
      'global maintenance is not set any more: somebody has ended it, and HA starts the engine VM',
      'Find out who and why; then set it again (hosted-engine --set-maintenance --mode=global) and retry, or roll back',
    );
    verdict.seen(runsOn === undefined ? 'no host runs the engine VM' : `${runsOn} runs the engine VM`);
    const { findings, evidence } = verdict;
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence: [...evidence, 'global maintenance is set'] };
  },
});
