import type { Entity } from '../wire/values.ts';

/** Minimal downtime, the policy of the stock clusters; its id is the same in every installation. */
const MIGRATION_POLICY = '80554327-0569-496b-bdeb-fcbbf52b827b';

/** The built-in policy "none" has the same id in every installation. */
export const SCHEDULING_POLICY = 'b4ed2332-a7ac-4d5f-9596-99a439cb2812';

/** What a new cluster is set to where the request says nothing; only the stock ones have a migration policy. */
export const newClusterSettings = (description: string, stock = false): Entity => ({
  description,
  comment: '',
  ballooning_enabled: false,
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
    ...(stock ? { policy: { id: MIGRATION_POLICY } } : {}),
  },
  optional_reason: false,
  required_rng_sources: ['urandom'],
  switch_type: 'legacy',
  threads_as_cores: false,
  trusted_service: false,
  tunnel_migration: false,
  virt_service: true,
  scheduling_policy: { id: SCHEDULING_POLICY },
});
