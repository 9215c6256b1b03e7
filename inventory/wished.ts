/** What the datacentre is to contain beyond its engine and hosts: fields that the runbooks of these things take over. */
import * as z from 'zod';
import * as field from './fields.ts';

/** What oVirt accepts as the name of a storage domain, network or VM. */
const objectName = z.string().regex(/^[A-Za-z0-9_.-]{1,50}$/, 'may hold up to 50 letters, digits, -, _ and . only');

const gibibytes = (least: number) => z.int().min(least, `must be at least ${least}`).max(8192, 'must be at most 8192');

const fencing = z.strictObject({
  enabled: z.boolean().optional().describe('Whether the engine fences hosts of the cluster at all.'),
  skipIfStorageActive: z
    .boolean()
    .optional()
    .describe('Whether a host is spared as long as it renews its lease on the storage.'),
  skipIfConnectivityBroken: z
    .union([z.literal(false), z.int().min(1).max(100)], {
      error: 'must be false or a whole percentage from 1 to 100',
    })
    .optional()
    .describe('Percentage of hosts without connectivity from which on none is fenced; false: whatever the percentage.'),
});

export const cluster = z.strictObject({
  cpuType: field
    .text('the name of a CPU type of oVirt')
    .optional()
    .describe(
      'CPU type as the engine names it, such as Intel Skylake Server IBRS SSBD MDS Family; default: the newest that the oldest CPU among the hosts has.',
    ),
  fencing: fencing.optional().describe('Fencing policy of the cluster; what is not named stays as the engine has it.'),
});

export type InventoryFencingPolicy = z.output<typeof fencing>;

/** Which fields a data domain needs, by how the hosts reach it. */
const NEEDED = { fc: ['lun'], nfs: ['address', 'path'], iscsi: ['address', 'target', 'lun'] } as const;

/** Fields that mean something for one type only. */
const SPECIAL = {
  nfsVersion: 'nfs',
  mountOptions: 'nfs',
  port: 'iscsi',
  otherPortals: 'iscsi',
  chap: 'iscsi',
} as const;

/** The port of iSCSI. (RFC 7143) */
export const ISCSI_PORT = 3260;

/** Mount options that vdsm sets itself; the engine refuses them. (NfsMountPointConstraint; MountOptions of the engine) */
const MANAGED = [
  'timeo',
  'retrans',
  'vfs_type',
  'protocol_version',
  'nfsvers',
  'vers',
  'minorversion',
  'addr',
  'clientaddr',
];

const mountOptions = z
  .string()
  .regex(/^[^\s,]+(,[^\s,]+)*$/, 'must be mount options separated by commas, such as noatime,rsize=1048576')
  .refine((options) => options.split(',').every((option) => !MANAGED.includes(option.replace(/=.*/, ''))), {
    error: `may not name ${MANAGED.join(', ')}, which oVirt sets itself`,
  });

const portal = z.strictObject({
  address: field.address.describe('Address of the portal.'),
  port: field.port.optional().describe('Its TCP port; default: 3260.'),
});

/** Where an iSCSI target is reached. */
export interface Portal {
  readonly address: string;
  readonly port: number;
}

type Portals = z.output<typeof portal> & { readonly otherPortals?: readonly z.output<typeof portal>[] | undefined };

/** All portals of a domain's target, the one that the domain is made by at the head. */
export function portalsOf({ address, port, otherPortals = [] }: Portals): readonly Portal[] {
  return [{ address, port }, ...otherPortals].map((one) => ({ address: one.address, port: one.port ?? ISCSI_PORT }));
}

const chap = z.strictObject({
  user: field.text('a user name').describe('User that the target knows.'),
  password: field.secretRef.describe('Password of that user.'),
});

export const dataDomain = z
  .strictObject({
    name: objectName.describe('Name of the storage domain.'),
    type: z
      .enum(['fc', 'nfs', 'iscsi'])
      .default('fc')
      .describe('How the hosts reach it: fc (Fibre Channel), nfs or iscsi.'),
    lun: field.wwid.optional().describe('WWID of its LUN, as `multipath -ll` shows it (fc, iscsi).'),
    size: z
      .string()
      .regex(/^[1-9][0-9]*(\.[0-9]+)?[GT]$/, 'must be a size as `multipath -ll` shows it, such as 2.0T')
      .optional()
      .describe('Size that the LUN must have, so that a mistaken WWID is noticed.'),
    address: field.address.optional().describe('Server or portal (nfs, iscsi).'),
    path: z
      .string()
      .regex(/^\/\S*$/, 'must be an absolute path without blanks')
      .optional()
      .describe('Exported path (nfs).'),
    nfsVersion: z
      .enum(['auto', 'v3', 'v4', 'v4_1', 'v4_2'], { error: 'must be auto, v3, v4, v4_1 or v4_2' })
      .optional()
      .describe('Version of NFS (nfs); default: what host and server agree on.'),
    mountOptions: mountOptions.optional().describe('Further mount options, separated by commas (nfs).'),
    target: field.text('the name of an iSCSI target').optional().describe('Name of the target (iscsi).'),
    port: field.port.optional().describe('TCP port of the portal (iscsi); default: 3260.'),
    otherPortals: z
      .array(portal)
      .optional()
      .describe('Further portals of the target, by which each host gets further paths to the LUN (iscsi).'),
    chap: chap.optional().describe('How the hosts log in to the target, where it asks for CHAP (iscsi).'),
  })
  .superRefine((domain, context) => {
    for (const [name, type] of Object.entries(SPECIAL)) {
      if (domain[name as keyof typeof SPECIAL] !== undefined && domain.type !== type) {
        context.addIssue({ code: 'custom', path: [name], message: `must be left out with type ${domain.type}` });
      }
    }
    for (const name of NEEDED[domain.type]) {
      if (domain[name] === undefined) {
        context.addIssue({ code: 'custom', path: [name], message: `must be given with type ${domain.type}` });
      }
    }
    const { address = '', port, otherPortals } = domain;
    const portals = portalsOf({ address, port, otherPortals }).map((one) => `${one.address} ${one.port}`);
    for (const [index, portal] of portals.entries()) {
      if (portals.indexOf(portal) === index) continue;
      const message = 'must be a portal that the domain does not have yet';
      context.addIssue({ code: 'custom', path: ['otherPortals', index - 1, 'address'], message });
    }
  });

export const network = z.strictObject({
  name: objectName.describe('Name of the logical network.'),
  vlan: z
    .int()
    .min(1, 'must be a VLAN id between 1 and 4094')
    .max(4094, 'must be a VLAN id between 1 and 4094')
    .optional()
    .describe('VLAN id, as it is configured on the switch; without it, untagged.'),
  mtu: z
    .int()
    .min(68, 'must be between 68 and 9000')
    .max(9000, 'must be between 68 and 9000')
    .default(1500)
    .describe('MTU in bytes.'),
  vmNetwork: z.boolean().default(true).describe('Whether VMs may use it: a bridge is made on each host.'),
  required: z
    .boolean()
    .default(false)
    .describe('Whether a host without it becomes non operational; set only when every host has it.'),
  interface: field.interfaceName.describe('Interface or bond of the hosts that carries it, such as bond1.'),
});

export const iso = z.strictObject({
  file: field.filePath.describe('The image on the worker.'),
  name: objectName.optional().describe('Name of its disk in oVirt; default: the name of the file.'),
  domain: objectName.describe('Storage domain that keeps it.'),
  format: z
    .enum(['iso', 'qcow2', 'raw'], { error: 'must be iso, qcow2 or raw' })
    .optional()
    .describe(
      'What the file must be by its first bytes; raw has to be said, because those of a raw disk tell nothing.',
    ),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in 64 small hex digits')
    .optional()
    .describe('What the file must be, so that a wrong or damaged one is noticed.'),
});

const disk = z.strictObject({
  sizeGiB: gibibytes(1).describe('Size in GiB.'),
  domain: objectName.describe('Storage domain of the disk.'),
  format: z
    .enum(['thin', 'preallocated'])
    .default('thin')
    .describe('thin: qcow2 that grows; preallocated: raw, takes its whole size.'),
  interface: z.enum(['virtio_scsi', 'virtio', 'sata', 'ide']).default('virtio_scsi').describe('Bus of the disk.'),
});

const highAvailability = z.strictObject({
  priority: z
    .enum(['low', 'medium', 'high'])
    .default('medium')
    .describe('Which VMs are restarted first when a host has failed.'),
  lease: objectName
    .optional()
    .describe('Storage domain for a lease, so that the VM never runs twice even if its host cannot be fenced.'),
});

const watchdog = z.strictObject({
  model: z.enum(['i6300esb', 'diag288']).default('i6300esb').describe('Device that the guest sees.'),
  action: z
    .enum(['none', 'reset', 'poweroff', 'dump', 'pause'])
    .default('reset')
    .describe('What happens when the guest no longer answers.'),
});

export const vm = z.strictObject({
  name: objectName.describe('Name of the VM.'),
  memoryMiB: z.int().min(256, 'must be at least 256').default(2048).describe('Memory in MiB.'),
  vcpus: z.int().min(1, 'must be at least 1').max(64, 'must be at most 64').default(2).describe('Virtual CPUs.'),
  os: z
    .string()
    .regex(/^[a-z0-9_]+$/, 'must be an operating system as the engine names it, such as rhel_7x64')
    .default('other_linux')
    .describe('Operating system as the engine names it, such as rhel_7x64.'),
  disk: disk.describe('The disk that it boots from.'),
  networks: z
    .array(objectName)
    .min(1, 'must name at least one network')
    .describe('Logical networks, one NIC each; the vNIC profile of the same name is used.'),
  iso: objectName.optional().describe('Image that it boots from until its disk has a system.'),
  highAvailability: highAvailability
    .optional()
    .describe('Restart on another host when its own fails; without it, the VM stays down.'),
  watchdog: watchdog.optional().describe('Watchdog device.'),
  console: z.enum(['vnc', 'spice']).default('vnc').describe('Protocol of the graphical console.'),
});
