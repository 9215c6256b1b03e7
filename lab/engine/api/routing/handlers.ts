import { affinityGroup, affinityGroups, affinityGroupVm, affinityGroupVms } from '../resources/affinity-groups.ts';
import {
  affinityLabel,
  affinityLabels,
  assignedAffinityLabel,
  assignedAffinityLabels,
  labelled,
} from '../resources/affinity-labels.ts';
import { cdrom, cdroms } from '../resources/cdroms.ts';
import { clusterLevel, clusterLevels } from '../resources/cluster-levels.ts';
import { cluster, clusters, glusterVolumes } from '../resources/clusters.ts';
import { graphicsConsole, graphicsConsoles } from '../resources/consoles.ts';
import { dataCenter, dataCenters } from '../resources/data-centers.ts';
import { diskAttachment, diskAttachments } from '../resources/disk-attachments.ts';
import { disk, disks, storageDomainDisks } from '../resources/disks.ts';
import { bookmarks, clusterExternalProviders, externalHostProviders, vmPools } from '../resources/empty-collections.ts';
import { event, events } from '../resources/events.ts';
import { fenceAgent, fenceAgents } from '../resources/fence-agents.ts';
import { vmApplications, vmHostDevices, vmNumaNodes, vmSessions } from '../resources/guest-lists.ts';
import { hostIscsi } from '../resources/host-iscsi.ts';
import {
  hostNic,
  hostNics,
  networkAttachment,
  networkAttachments,
  unmanagedNetwork,
  unmanagedNetworks,
} from '../resources/host-networks.ts';
import { hostStorage, storage } from '../resources/host-storage.ts';
import { host, hosts } from '../resources/hosts.ts';
import { icon, icons } from '../resources/icons.ts';
import { imageTransfer, imageTransfers } from '../resources/image-transfers.ts';
import { job, jobs, step, steps } from '../resources/jobs.ts';
import { macPool, macPools } from '../resources/mac-pools.ts';
import {
  clusterNetwork,
  clusterNetworks,
  dataCenterNetwork,
  dataCenterNetworks,
  network,
  networkLabel,
  networkLabels,
  networks,
} from '../resources/networks.ts';
import { operatingSystem, operatingSystems } from '../resources/operating-systems.ts';
import { permission, permissions } from '../resources/permissions.ts';
import {
  clusterCpuProfiles,
  cpuProfile,
  cpuProfiles,
  diskProfile,
  diskProfiles,
  domainDiskProfiles,
} from '../resources/profiles.ts';
import { permit, permits, role, roles } from '../resources/roles.ts';
import { schedulingPolicies, schedulingPolicy } from '../resources/scheduling-policies.ts';
import { snapshot, snapshotDisks, snapshotNics, snapshots } from '../resources/snapshots.ts';
import { statistic, statistics } from '../resources/statistics.ts';
import { domainConnections, storageConnection, storageConnections } from '../resources/storage-connections.ts';
import {
  attachedStorageDomain,
  attachedStorageDomains,
  storageDomain,
  storageDomains,
} from '../resources/storage-domains.ts';
import { systemOption } from '../resources/system-options.ts';
import { assignedTag, assignedTags, tag, tags } from '../resources/tags.ts';
import { template, templateDiskAttachments, templateNics, templates } from '../resources/templates.ts';
import { domain, domains, group, groups, user, users } from '../resources/users.ts';
import { nicFilterParameter, nicFilterParameters, vmNic, vmNics, vmReportedDevices } from '../resources/vm-nics.ts';
import { vm, vms } from '../resources/vms.ts';
import {
  assignedVnicProfiles,
  networkFilter,
  networkFilters,
  vnicProfile,
  vnicProfiles,
} from '../resources/vnic-profiles.ts';
import { watchdog, watchdogs } from '../resources/watchdogs.ts';
import type { Handler } from './call.ts';

/** What the lab has behind the API's services; the rest of the API exists and is answered with 501. */
const services: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  affinity_group: affinityGroup,
  affinity_group_vm: affinityGroupVm,
  affinity_group_vms: affinityGroupVms,
  affinity_groups: affinityGroups,
  affinity_label: affinityLabel,
  affinity_label_host: labelled.host.member,
  affinity_label_hosts: labelled.host.list,
  affinity_label_vm: labelled.vm.member,
  affinity_label_vms: labelled.vm.list,
  affinity_labels: affinityLabels,
  attached_storage_domain: attachedStorageDomain,
  attached_storage_domains: attachedStorageDomains,
  assigned_affinity_label: assignedAffinityLabel,
  assigned_affinity_labels: assignedAffinityLabels,
  assigned_cpu_profile: cpuProfile,
  assigned_cpu_profiles: clusterCpuProfiles,
  assigned_disk_profile: diskProfile,
  assigned_disk_profiles: domainDiskProfiles,
  assigned_permissions: permissions,
  assigned_tag: assignedTag,
  assigned_tags: assignedTags,
  assigned_vnic_profile: vnicProfile,
  assigned_vnic_profiles: assignedVnicProfiles,
  bookmarks,
  cluster,
  cluster_external_providers: clusterExternalProviders,
  cluster_network: clusterNetwork,
  cluster_networks: clusterNetworks,
  data_center_network: dataCenterNetwork,
  data_center_networks: dataCenterNetworks,
  host_nic: hostNic,
  host_nics: hostNics,
  network_attachment: networkAttachment,
  network_attachments: networkAttachments,
  network,
  network_filter: networkFilter,
  network_filters: networkFilters,
  network_label: networkLabel,
  network_labels: networkLabels,
  networks,
  nic_network_filter_parameter: nicFilterParameter,
  nic_network_filter_parameters: nicFilterParameters,
  vnic_profile: vnicProfile,
  vnic_profiles: vnicProfiles,
  cluster_level: clusterLevel,
  cluster_levels: clusterLevels,
  clusters,
  cpu_profile: cpuProfile,
  cpu_profiles: cpuProfiles,
  data_center: dataCenter,
  data_centers: dataCenters,
  disk,
  disk_attachment: diskAttachment,
  disk_attachments: diskAttachments,
  disk_profile: diskProfile,
  disk_profiles: diskProfiles,
  disks,
  domain,
  domains,
  event,
  external_host_providers: externalHostProviders,
  fence_agent: fenceAgent,
  fence_agents: fenceAgents,
  events,
  gluster_volumes: glusterVolumes,
  group,
  groups,
  host: { ...host, ...hostIscsi },
  host_storage: hostStorage,
  hosts,
  icon,
  icons,
  image_transfer: imageTransfer,
  image_transfers: imageTransfers,
  job,
  jobs,
  mac_pool: macPool,
  mac_pools: macPools,
  operating_system: operatingSystem,
  operating_systems: operatingSystems,
  permission,
  permit,
  permits,
  role,
  roles,
  scheduling_policies: schedulingPolicies,
  scheduling_policy: schedulingPolicy,
  snapshot,
  snapshot_disks: snapshotDisks,
  snapshot_nics: snapshotNics,
  snapshots,
  step,
  steps,
  unmanaged_network: unmanagedNetwork,
  unmanaged_networks: unmanagedNetworks,
  statistic,
  statistics,
  storage,
  storage_domain: storageDomain,
  storage_domain_disks: storageDomainDisks,
  storage_domain_server_connections: domainConnections,
  storage_domains: storageDomains,
  storage_server_connection: storageConnection,
  storage_server_connections: storageConnections,
  system_option: systemOption,
  system_permissions: permissions,
  tag,
  tags,
  template,
  template_disk_attachments: templateDiskAttachments,
  template_nics: templateNics,
  templates,
  user,
  users,
  vm,
  vm_cdrom: cdrom,
  vm_cdroms: cdroms,
  vm_applications: vmApplications,
  vm_graphics_console: graphicsConsole,
  vm_graphics_consoles: graphicsConsoles,
  vm_host_devices: vmHostDevices,
  vm_nic: vmNic,
  vm_nics: vmNics,
  vm_numa_nodes: vmNumaNodes,
  vm_reported_devices: vmReportedDevices,
  vm_sessions: vmSessions,
  vm_pools: vmPools,
  vm_watchdog: watchdog,
  vm_watchdogs: watchdogs,
  vms,
};

export const handlerFor = (service: string, method: string): Handler | undefined => services[service]?.[method];
