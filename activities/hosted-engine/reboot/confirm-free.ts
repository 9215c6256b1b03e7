import type { HostParams } from '../../host/params.ts';
import { operation } from '../../operation.ts';
import { type HaSight, readHaHost } from '../ha/read-host.ts';

export interface ConfirmHostFree extends HostParams {
  /** VMs that may go down with the host, by their names in libvirt. */
  readonly guests: readonly string[];
}

/**
 * Checks before anything is suspended that no VM is left on a host but the engine's own and those that may go down with
 * it: found later, the engine would be away while people decide.
 */
export const confirmHostFree = operation<ConfirmHostFree, HaSight>({
  name: 'confirmHostFree',
  title: ({ host }) => `Check that no other VM is left on ${host}`,
  look: (context, { host }) => readHaHost(context, host),
  decide({ domain, guests: running }, { host, guests }) {
    const left = running.filter((name) => !guests.includes(name));
    const evidence = [running.length === 0 ? `no other VM runs on ${host}` : `on ${host}: ${running.join(', ')}`];
    const findings = [
      ...(domain === 'unknown'
        ? [{ what: `libvirt on ${host} does not tell what runs on it`, fix: 'systemctl status libvirtd on that host' }]
        : []),
      ...(left.length > 0
        ? [{ what: `${left.join(', ')} still runs on ${host}`, fix: 'Move it away or shut it down, then retry' }]
        : []),
    ];
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence };
  },
});
