import type { EngineDatabase } from '../database/database.ts';
import type { Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';

/** Minimal downtime, the policy of a new cluster; its id is the same in every installation. */
const MIGRATION_POLICY = '80554327-0569-496b-bdeb-fcbbf52b827b';

export function clusterResource(db: EngineDatabase): Resource {
  return {
    type: 'cluster',
    service: 'cluster',
    path: `/clusters/${db.clusterId}`,
    entity: {
      name: db.image.cluster,
      description: '',
      comment: '',
      ballooning_enabled: false,
      cpu: { architecture: 'x86_64', type: 'Intel Westmere IBRS SSBD MDS Family' },
      custom_scheduling_policy_properties: [
        { name: 'HighUtilization', value: '80' },
        { name: 'CpuOverCommitDurationMinutes', value: '2' },
      ],
      error_handling: { on_error: 'migrate' },
      fencing_policy: {
        enabled: true,
        skip_if_connectivity_broken: { enabled: false, threshold: 50 },
        skip_if_gluster_bricks_up: false,
        skip_if_gluster_quorum_not_met: false,
        skip_if_sd_active: { enabled: false },
      },
      firewall_type: 'firewalld',
      gluster_service: false,
      ha_reservation: false,
      ksm: { enabled: true, merge_across_nodes: true },
      log_max_memory_used_threshold: 95,
      log_max_memory_used_threshold_type: 'percentage',
      maintenance_reason_required: false,
      memory_policy: { over_commit: { percent: 100 }, transparent_huge_pages: { enabled: true } },
      migration: {
        auto_converge: 'inherit',
        bandwidth: { assignment_method: 'auto' },
        compressed: 'inherit',
        policy: { id: MIGRATION_POLICY },
      },
      optional_reason: false,
      required_rng_sources: ['urandom'],
      switch_type: 'legacy',
      threads_as_cores: false,
      trusted_service: false,
      tunnel_migration: false,
      version: { major: 4, minor: 3 },
      virt_service: true,
      data_center: { id: db.dataCenterId },
      mac_pool: { id: db.macPoolId },
      scheduling_policy: { id: db.schedulingPolicyId },
    },
  };
}

const fields: Fields<EngineDatabase> = {
  name: (db) => db.image.cluster,
  id: (db) => db.clusterId,
  datacenter: (db) => db.image.dataCenter,
  'datacenter.name': (db) => db.image.dataCenter,
};

export const clusters: Readonly<Record<string, Handler>> = {
  list: ({ db, query, route }) => {
    const [dataCenter] = route.ids;
    if (dataCenter !== undefined && dataCenter !== db.dataCenterId) throw unknownId();
    return many('cluster', select([db], fields, query).map(clusterResource));
  },
};

export const cluster: Readonly<Record<string, Handler>> = {
  get: ({ db, route }) => {
    if (route.ids.at(-1) !== db.clusterId) throw unknownId();
    return one(clusterResource(db));
  },
};
