import type { HostParams } from '../../host/params.ts';
import { type HostChange, operation, type UndoSpec } from '../../operation.ts';
import { isSet } from './global-maintenance.ts';
import { type HaHost, readHaHosts } from './read-host.ts';
import type { StartParams } from './start-engine-vm.ts';
import { enginePlace, hostIdOf, liveStatus } from './views.ts';

/** The guest has 120 s to power down before vdsm ends it; what the agent publishes follows later. */
const SETTLE_SECONDS = 420;
/** After a reboot the agent fetches vm.conf some minutes later. */
const VM_CONF_SECONDS = 600;
const SHUT_DOWN: readonly HostChange[] = [{ argv: ['hosted-engine', '--vm-shutdown'] }];

/**
 * Shuts the engine VM of a host down and returns when it is gone. Only under global maintenance: otherwise HA takes the
 * end for a failure and starts it elsewhere. The tool is silent and returns at once, so libvirt and HA are asked.
 * (article, section 4.1)
 */
export const shutDownEngineVm = operation<HostParams, readonly HaHost[]>({
  name: 'shutDownEngineVm',
  title: ({ host }) => `Shut down the engine VM on ${host}`,
  settleSeconds: SETTLE_SECONDS,
  look: readHaHosts,
  decide(hosts, { host }) {
    const place = enginePlace(hosts);
    const { runsOn } = place;
    const here = hosts.find(({ name }) => name === host);
    const finding = (what: string, fix: string) => ({
      state: 'refused' as const,
      changes: SHUT_DOWN,
      evidence: runsOn === undefined ? ['no host runs the engine VM'] : [`${runsOn} runs the engine VM`],
      findings: [{ what, fix }],
    });
    if (here?.sight === undefined || here.sight.domain === 'unknown') {
      return finding(
        `libvirt on ${host} does not tell whether it runs the engine VM`,
        'systemctl status libvirtd on that host',
      );
    }
    if (here.sight.domain === 'absent') {
      const own = place.claims.find(({ hostId }) => hostId === hostIdOf(here, hosts));
      if (place.claims.length === 0 && place.domains.length === 0) {
        return { state: 'already', changes: SHUT_DOWN, evidence: ['no host runs the engine VM'] };
      }
      if (own !== undefined) {
        const awaits = `${own.hostName} still publishes the engine VM as up, although libvirt has ended it`;
        return { state: 'underWay', changes: [], evidence: [awaits], awaits, undo: startAgain(host) };
      }
      return finding(
        `the engine VM is not on ${host} any more, but on ${runsOn}: somebody has moved it`,
        `Find out who and why; then roll back, or move it back and retry`,
      );
    }
    if (isSet(hosts) !== true) {
      return finding(
        'global maintenance is not set, so HA would start the engine VM elsewhere',
        'Find out who ended it; then set it again (hosted-engine --set-maintenance --mode=global) and retry, or roll back',
      );
    }
    const id = hostIdOf(here, hosts);
    const detail = id === undefined ? undefined : liveStatus(id, hosts)?.detail;
    const evidence = [`${host} runs the engine VM${detail === undefined ? '' : `: ${detail}`}`];
    if (detail === 'Powering down') {
      const awaits = `the engine VM on ${host} powers down`;
      return { state: 'underWay', changes: [], evidence, awaits, undo: startAgain(host) };
    }
    return { state: 'wouldDo', changes: SHUT_DOWN, evidence, undo: startAgain(host) };
  },
});

function startAgain(host: string): UndoSpec {
  return {
    title: `Start the engine VM on ${host} again`,
    call: { operation: 'startEngineVm', params: { host, vmConfSeconds: VM_CONF_SECONDS } satisfies StartParams },
    byHand: `hosted-engine --vm-start, on ${host}`,
  };
}
