import type { LabHost } from '../types.ts';

const CONF = '/etc/kdump.conf';
const KEY = 'kdumping';
/** Virtual seconds that a crash kernel takes to write its dump. */
const DUMP = 300;

/** True when a crash kernel of this host would tell the engine that it writes a dump. */
export const kdumpDetectable = (host: LabHost): boolean =>
  host.fs.exists(CONF) && /^fence_kdump_nodes\s/m.test(host.fs.read(CONF));

/** What an installation with kdump integration puts on a host. */
export function integrateKdump(host: LabHost): void {
  const before = host.fs.exists(CONF) ? host.fs.read(CONF).replace(/^fence_kdump_.*\n/gm, '') : 'path /var/crash\n';
  host.fs.write(CONF, `${before}fence_kdump_nodes ${host.lab.engineFqdn}\nfence_kdump_args -p 7410 -i 5\n`);
}

/** Virtual time at which the dump under way will be written; undefined when none is being written. */
export const kdumpsUntil = (host: LabHost): number | undefined =>
  host.power === 'crashed' ? (host.kept.get(KEY) as number | undefined) : undefined;

/** The kernel panics; with kdump the crash kernel writes its dump and boots the host again. */
export function panic(host: LabHost): void {
  const dumps = kdumpDetectable(host);
  host.kept.delete(KEY);
  host.crash();
  if (!dumps) return;
  host.kept.set(KEY, host.lab.clock.now() + DUMP * 1000);
  host.lab.clock.after(DUMP, () => {
    if (host.power !== 'crashed') return;
    host.powerLoss();
    void host.powerOn();
  });
}
