/** What people may do, as an installation of 4.3 has it: the permits, and the roles that are made of them. */

/** A thing that people can be allowed to do (engine: ActionGroup). */
export interface Permit {
  readonly id: number;
  readonly name: string;
  /** Only for roles of administrators. */
  readonly administrative: boolean;
}

const numbered = (line: string, administrative: boolean): Permit[] =>
  line.split(' ').map((one) => {
    const [name = '', id = ''] = one.split(':');
    return { id: Number(id), name, administrative };
  });

const forUsers =
  'create_vm:1 delete_vm:2 edit_vm_properties:3 reboot_vm:17 stop_vm:18 shut_down_vm:19 hibernate_vm:21 run_vm:22 change_vm_cd:5 migrate_vm:6 connect_to_serial_console:1664 connect_to_vm:7 configure_vm_network:9 configure_vm_storage:10 move_vm:11 manipulate_vm_snapshots:12 reconnect_to_vm:13 create_instance:16 create_template:200 edit_template_properties:201 delete_template:202 copy_template:203 configure_template_network:204 create_vm_pool:300 edit_vm_pool_configuration:301 delete_vm_pool:302 vm_pool_basic_operations:303 manipulate_permissions:502 add_users_and_groups_from_directory:503 edit_profile:504 consume_quota:901 create_disk:1100 attach_disk:1101 edit_disk_properties:1102 configure_disk_storage:1103 delete_disk:1104 access_image_storage:1106 disk_live_storage_migration:1107 sparsify_disk:1108 login:1300 attach_disk_profile:1563';
const forAdministrators =
  'import_export_vm:8 change_vm_custom_properties:14 edit_admin_vm_properties:15 create_host:100 edit_host_configuration:101 delete_host:102 manipulate_host:103 configure_host_network:104 edit_admin_template_properties:205 create_cluster:400 edit_cluster_configuration:401 delete_cluster:402 configure_cluster_network:403 assign_cluster_network:404 manipulate_users:500 manipulate_roles:501 create_storage_domain:600 edit_storage_domain_configuration:601 delete_storage_domain:602 manipulate_storage_domain:603 create_storage_pool:700 delete_storage_pool:701 edit_storage_pool_configuration:702 configure_storage_pool_network:703 create_storage_pool_network:704 delete_storage_pool_network:705 configure_engine:800 configure_quota:900 create_gluster_volume:1000 manipulate_gluster_volume:1001 delete_gluster_volume:1002 manipulate_gluster_hook:1003 manipulate_gluster_service:1004 configure_scsi_generic_io:1105 reduce_disk:1109 backup_disk:1110 configure_network_vnic_profile:1203 create_network_vnic_profile:1204 delete_network_vnic_profile:1205 inject_external_events:1400 inject_external_tasks:1500 tag_management:1301 bookmark_management:1302 event_notification_management:1303 audit_log_management:1304 manipulate_affinity_groups:1550 configure_storage_disk_profile:1560 create_storage_disk_profile:1561 delete_storage_disk_profile:1562 create_mac_pool:1660 edit_mac_pool:1661 delete_mac_pool:1662 configure_mac_pool:1663 delete_cpu_profile:1665 update_cpu_profile:1666 create_cpu_profile:1667 assign_cpu_profile:1668';

export const permits: readonly Permit[] = [...numbered(forUsers, false), ...numbered(forAdministrators, true)].sort(
  (a, b) => a.id - b.id,
);

export interface RoleRow {
  readonly id: string;
  name: string;
  description: string;
  readonly administrative: boolean;
  /** Stock roles are not. */
  readonly mutable: boolean;
  permitIds: readonly number[];
}

/** Numbers of a line like `1 3-5`, as far as there are permits with them. */
function within(line: string): number[] {
  const ranges = line.split(' ').map((range) => range.split('-').map(Number));
  return permits.map(({ id }) => id).filter((id) => ranges.some(([from = 0, to = from]) => id >= from && id <= to));
}

/** Id, name, for whom, description, permits; `00500_insert_roles.sql` and `00700_insert_roles_groups.sql`. */
const stock: readonly (readonly [string, string, 'admin' | 'user', string, string])[] = [
  [
    '00000000-0000-0000-0000-000000000001',
    'SuperUser',
    'admin',
    'Roles management administrator',
    '1-3 5-15 17-19 21-22 100-104 200-205 300-303 400-404 500-503 600-603 700-705 800 900-901 1000-1004 1100-1107 1203-1205 1300-1304 1400 1500 1550 1560-1563 1660-1664',
  ],
  ['00000000-0000-0000-0001-000000000001', 'UserRole', 'user', 'Standard User Role', '5 7 17-19 21-22 303 1106 1300'],
  [
    '00000000-0000-0000-0001-000000000002',
    'PowerUserRole',
    'user',
    'User Role, allowed to create VMs, Templates and Disks',
    '1 200 1100 1106 1300',
  ],
  [
    'def00001-0000-0000-0000-def000000001',
    'ClusterAdmin',
    'admin',
    'Administrator Role, permission for all the objects underneath a specific Cluster',
    '1-3 5-12 14-15 17-19 21-22 100-104 300-303 400-403 502-503 1100-1104 1107 1300-1304 1550',
  ],
  [
    'def00002-0000-0000-0000-def000000002',
    'DataCenterAdmin',
    'admin',
    'Administrator Role, permission for all the objects underneath a specific Data Center, except Storage',
    '1-3 5-12 14-15 17-19 21-22 100-104 200-205 300-303 400-404 502-503 700-705 900-901 1100-1105 1107 1203-1205 1300-1304 1550 1663',
  ],
  [
    'def00003-0000-0000-0000-def000000003',
    'StorageAdmin',
    'admin',
    'Administrator Role, permission for all operations on a specific Storage Domain',
    '600-603 1100-1104 1106-1107 1300-1304 1560-1563',
  ],
  [
    'def00004-0000-0000-0000-def000000004',
    'HostAdmin',
    'admin',
    'Administrator Role, permission for all operations on a specific Host',
    '100-104 600-603 1300-1304 1560-1563',
  ],
  [
    'def00005-0000-0000-0000-def000000005',
    'NetworkAdmin',
    'admin',
    'Administrator Role, permission for all operations on a specific Logical Network',
    '9 104 204 403-404 703-705 1203-1205 1300-1304',
  ],
  [
    'def00006-0000-0000-0000-def000000006',
    'UserVmManager',
    'user',
    'User Role, with permission for any operation on Vms',
    '1-3 5 7 9-10 12 17-19 21-22 502-503 1100-1102 1104 1300 1664',
  ],
  [
    'def00007-0000-0000-0000-def000000007',
    'VmPoolAdmin',
    'admin',
    'Administrator Role, permission for all operations on a specific VM Pool',
    '1 300-303 1300-1304',
  ],
  [
    'def00008-0000-0000-0000-def000000008',
    'TemplateAdmin',
    'admin',
    'Administrator Role, permission for all operations on a specific Template',
    '200-205 502-503 1106 1300-1304',
  ],
  [
    'def0000a-0000-0000-0000-def00000000a',
    'QuotaConsumer',
    'user',
    'User Role, permissions to consume the Quota resources',
    '901',
  ],
  [
    'def0000a-0000-0000-0000-def00000000b',
    'DiskOperator',
    'user',
    'User Role, permissions for all operations on a specific disk',
    '502-503 1100-1102 1104 1300',
  ],
  ['def0000a-0000-0000-0000-def00000000c', 'DiskCreator', 'user', 'User Role, permission to create Disks', '1100 1300'],
  [
    'def0000b-0000-0000-0000-def00000000b',
    'GlusterAdmin',
    'admin',
    'Administrator Role, permissions for operations on Gluster objects',
    '100-104 400-404 1000-1004 1300-1304',
  ],
  ['def0000a-0000-0000-0000-def00000000d', 'VmCreator', 'user', 'User Role, permission to create VMs', '1 1100 1300'],
  [
    'def0000a-0000-0000-0000-def00000000e',
    'TemplateCreator',
    'user',
    'User Role, permission to create Templates',
    '200 1300',
  ],
  [
    'def0000a-0000-0000-0000-def00000000f',
    'TemplateOwner',
    'user',
    'User Role, permissions for all operations on Templates',
    '201-204 502-503 1300',
  ],
  ['def0000c-0000-0000-0000-def000000000', 'ExternalEventsCreator', 'user', 'External Events Creator', '1400'],
  ['def0000d-0000-0000-0000-def000000000', 'ExternalTasksCreator', 'user', 'External Tasks Creator', '1500'],
  [
    'def0000a-0000-0000-0000-def000000010',
    'VnicProfileUser',
    'user',
    'VM Network Interface Profile User',
    '9 204 1300',
  ],
  ['def00009-0000-0000-0000-def000000009', 'UserTemplateBasedVm', 'user', 'Template User', '1'],
  [
    'def00011-0000-0000-0000-def000000011',
    'InstanceCreator',
    'user',
    'User Role, permission to create Instances',
    '16 1100 1300',
  ],
  [
    'def00012-0000-0000-0000-def000000012',
    'UserInstanceManager',
    'user',
    'User Role, with permission for any operation on Instances',
    '2-3 5 7 10 12 17-19 21-22 502-503 1100-1102 1104 1300 1664',
  ],
  ['def0000c-0000-0000-0000-def00000000c', 'ReadOnlyAdmin', 'admin', 'Read Only Administrator Role', '1300'],
  ['def00011-0000-0000-0000-def000000013', 'TagManager', 'admin', 'Tag Manager', '1300-1301 1304'],
  ['def00011-0000-0000-0000-def000000014', 'BookmarkManager', 'admin', 'Bookmark Manager', '1300 1302 1304'],
  [
    'def00011-0000-0000-0000-def000000015',
    'EventNotificationManager',
    'admin',
    'Event Notification Manager',
    '1300 1303-1304',
  ],
  ['def00011-0000-0000-0000-def000000016', 'AuditLogManager', 'admin', 'Audit Log Manager', '1300 1304'],
  [
    'def00013-0000-0000-0000-def000000013',
    'MacPoolAdmin',
    'admin',
    'MAC Pool Administrator Role, permission for manipulation with MAC pools',
    '1300 1660-1663',
  ],
  [
    'def00014-0000-0000-0000-def000000014',
    'MacPoolUser',
    'admin',
    'MAC Pool User Role, permission allowing using MAC pools',
    '1300 1663',
  ],
  ['def00020-0000-0000-0000-abc000000010', 'DiskProfileUser', 'user', 'Disk Profile User', '1563'],
  [
    'def00006-0000-0000-0000-def000000011',
    'UserVmRunTimeManager',
    'user',
    'User Role, with permissions for any operations on VMs except snapshot manipulation',
    '1-3 5 7 9-10 17-19 21-22 502-503 1100-1102 1104 1300',
  ],
  [
    'def00021-0000-0000-0000-def000000015',
    'UserProfileEditor',
    'user',
    'Role that allow users to edit the UserProfile',
    '504',
  ],
  [
    'def00030-0000-0000-0000-def000000011',
    'VmImporterExporter',
    'admin',
    'Administrator Role, with permission to import or export Vms',
    '8 1300',
  ],
];

export const stockRoles = (): Map<string, RoleRow> =>
  new Map(
    stock.map(([id, name, kind, description, line]) => [
      id,
      { id, name, description, administrative: kind === 'admin', mutable: false, permitIds: within(line) },
    ]),
  );

/** The role of whoever may do everything. */
export const SUPER_USER = '00000000-0000-0000-0000-000000000001';
