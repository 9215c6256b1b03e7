import type { HostParams } from '../../host/params.ts';
import { type HostChange, operation } from '../../operation.ts';
import { lookPatiently } from '../../runtime/look-patiently.ts';
import { readHaHosts } from './read-host.ts';
import { type EnginePlace, enginePlace } from './views.ts';

export interface StartParams extends HostParams {
  /** How long to wait for the agent to fetch the VM's configuration, in seconds before scaling; default: not at all. */
  readonly vmConfSeconds?: number | undefined;
}

interface StartFacts {
  readonly place: EnginePlace;
  /** The agent has fetched the VM's configuration since the boot; without it the tool refuses. */
  readonly vmConf: boolean;
}

const POLL_SECONDS = 10;
const START: readonly HostChange[] = [{ argv: ['hosted-engine', '--vm-start'] }];

/**
 * Starts the engine VM on a host, unless any host runs it. Leaves it launched: the tool's success says only that vdsm
 * took the order, and a lease held elsewhere ends the VM later, so libvirt is asked.
 */
export const startEngineVm = operation<StartParams, StartFacts>({
  name: 'startEngineVm',
  title: ({ host }) => `Start the engine VM on ${host}`,
  followed: true,
  limitSeconds: 600,
  settleSeconds: 300,
  look(context, { host, vmConfSeconds = 0 }) {
    const look = async () => {
      const hosts = await readHaHosts(context);
      const vmConf = hosts.find(({ name }) => name === host)?.sight?.vmConf === true;
      return { place: enginePlace(hosts), vmConf };
    };
    return lookPatiently(context, { seconds: vmConfSeconds, every: POLL_SECONDS }, look, ({ place, vmConf }) =>
      vmConf || place.runsOn !== undefined
        ? undefined
        : `waiting for ${host} to fetch the configuration of the engine VM`,
    );
  },
  decide({ place, vmConf }, { host }) {
    const { runsOn } = place;
    if (runsOn !== undefined) return { state: 'already', changes: START, evidence: [`${runsOn} runs the engine VM`] };
    const evidence = ['no host runs the engine VM'];
    if (vmConf) return { state: 'wouldDo', changes: START, evidence };
    return {
      state: 'refused',
      // Named for a plan made before the agent is back.
      changes: START,
      evidence,
      findings: [
        {
          what: `the hosted engine configuration has not been retrieved from shared storage on ${host}`,
          fix: 'See that ovirt-ha-agent runs there; it fetches vm.conf some minutes after a boot',
        },
      ],
    };
  },
  judge({ log }) {
    // On stdout, where a success prints vdsm's complaint about an unknown VM on stderr.
    return log.includes('VM failed to launch') ? 'hosted-engine --vm-start: VM failed to launch' : undefined;
  },
});
