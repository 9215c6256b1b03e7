import type { HostParams } from '../../host/params.ts';
import { operation } from '../../operation.ts';
import { lookPatiently } from '../../runtime/look-patiently.ts';
import { Verdict } from '../preflight/checks.ts';
import { readHaHosts } from './read-host.ts';
import { type EnginePlace, enginePlace } from './views.ts';

export interface FindEngineVmOutput {
  /** Absent: no host runs it. */
  readonly runsOn?: string;
  /** Nobody runs it, and HA will not start it. */
  readonly start: boolean;
}

/** For a minute after its start an agent holds all others for stale. */
const PATIENCE = { seconds: 100, every: 10 };

/** Finds out which host runs the engine VM, from HA and from libvirt; refuses to guess. */
export const findEngineVm = operation<HostParams, EnginePlace, FindEngineVmOutput>({
  name: 'findEngineVm',
  title: () => 'Find out who runs the engine VM',
  look(context) {
    const look = async () => enginePlace(await readHaHosts(context));
    return lookPatiently(context, PATIENCE, look, (place) => {
      const plain = place.runsOn !== undefined || !place.globalMaintenance || place.unknown.length === 0;
      return plain ? undefined : `waiting for word of ${place.unknown.join(', ')}`;
    });
  },
  decide(place) {
    const { claims, domains, unknown, globalMaintenance, runsOn } = place;
    const verdict = new Verdict();
    verdict.demand(
      claims.length < 2 && domains.length < 2,
      `more than one host claims the engine VM: ${[...new Set([...claims.map(({ hostName }) => hostName), ...domains])].join(', ')}`,
      'Start nothing; look at virsh -r list and sanlock client status on these hosts',
    );
    verdict.demand(
      runsOn !== undefined || !globalMaintenance || unknown.length === 0,
      `no host is known to run the engine VM, but nobody can tell whether ${unknown.join(' and ')} does`,
      `Make sure of it on the host itself; then retry, or skip the start and run hosted-engine --vm-start by hand`,
    );
    const maintenance = `global maintenance is ${globalMaintenance ? 'set' : 'off'}`;
    const { findings } = verdict;
    if (findings.length > 0) return { state: 'refused', changes: [], evidence: [maintenance], findings };
    if (runsOn !== undefined) {
      const evidence = [`${runsOn} runs the engine VM`, maintenance];
      return { state: 'already', changes: [], evidence, output: { runsOn, start: false } };
    }
    const next = globalMaintenance ? 'it has to be started by hand' : 'HA starts it';
    const evidence = [`no host runs the engine VM; ${next}`, maintenance];
    return { state: 'already', changes: [], evidence, output: { start: globalMaintenance } };
  },
});
