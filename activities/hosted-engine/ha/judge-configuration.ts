import { HOSTED_ENGINE_CONF } from '../paths.ts';
import type { Verdict } from '../preflight/checks.ts';
import { type HaHost, isDeployed } from './read-host.ts';
import { hostIdOf, knownIds, liveStatus } from './views.ts';

/** Of hosted-engine.conf: what leads all hosts to the same VM, storage, lease and metadata, or judges them alike. */
const EQUAL = [
  'fqdn',
  'vmid',
  'vm_disk_id',
  'vm_disk_vol_id',
  'storage',
  'domainType',
  'sdUUID',
  'spUUID',
  'connectionUUID',
  'metadata_volume_UUID',
  'metadata_image_UUID',
  'lockspace_volume_UUID',
  'lockspace_image_UUID',
  'conf_volume_UUID',
  'conf_image_UUID',
  'bridge',
  'gateway',
  'network_test',
  'tcp_t_address',
  'tcp_t_port',
] as const;

/** Whether the hosts are configured for the same engine, each under a number of its own. */
export function judgeConfiguration(all: readonly HaHost[], engineFqdn: string, verdict: Verdict): void {
  const deployed = all.flatMap(({ name, sight }) =>
    sight !== undefined && isDeployed(sight) ? [{ name, conf: sight.conf }] : [],
  );
  for (const key of EQUAL) {
    const values = new Map<string, string[]>();
    for (const { name, conf } of deployed) {
      const value = conf[key] ?? '';
      values.set(value, [...(values.get(value) ?? []), name]);
    }
    verdict.demand(
      values.size < 2,
      `${key} in ${HOSTED_ENGINE_CONF} differs: ${[...values].map(([value, names]) => `${value || '(empty)'} on ${names.join(', ')}`).join('; ')}`,
      'Let the engine deploy the odd host anew (Reinstall, Hosted Engine: Deploy); until then it must not start the engine VM',
    );
  }
  for (const { name, conf } of deployed) {
    const fqdn = (conf.fqdn ?? '').toLowerCase();
    verdict.demand(
      fqdn === engineFqdn.toLowerCase(),
      `${name} is configured for engine ${fqdn || '(none)'}, the inventory names ${engineFqdn}`,
      'Correct engine.fqdn in the inventory, or deploy the host for this engine',
    );
  }
  judgeIds(all, deployed, verdict);
}

function judgeIds(
  all: readonly HaHost[],
  deployed: readonly { readonly name: string; readonly conf: Readonly<Record<string, string>> }[],
  verdict: Verdict,
): void {
  const ids = new Map<string, string[]>();
  for (const { name, conf } of deployed) {
    const id = conf.host_id ?? '';
    ids.set(id, [...(ids.get(id) ?? []), name]);
  }
  for (const [id, names] of ids) {
    verdict.demand(
      names.length === 1,
      `${names.join(' and ')} share host_id ${id}: they overwrite each other's metadata and lease`,
      'Stop ovirt-ha-agent on all but one of them, then let the engine deploy those anew',
    );
  }
  const ours = new Set(all.map((host) => hostIdOf(host, all)));
  for (const id of knownIds(all)) {
    if (ours.has(id)) continue;
    const live = liveStatus(id, all);
    const name = all.flatMap(({ sight }) => sight?.status?.hosts ?? []).find(({ hostId }) => hostId === id)?.hostName;
    if (live === undefined) verdict.seen(`${name} (id ${id}) stands in the metadata, stale, and not in the inventory`);
    verdict.demand(
      live === undefined,
      `${name} (id ${id}) takes part in the hosted engine, but is not in the inventory`,
      'Add the host to the inventory with the role hostedEngine',
    );
  }
}
