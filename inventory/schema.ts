/**
 * inventory/ holds the datacentre as its operators describe it: the schema of `datacenter.yaml`, what reads it, and the
 * JSON Schema that editors use. Every field says what it is for; a field that nothing reads does not belong here.
 */
import * as z from 'zod';
import * as field from './fields.ts';
import { notifications } from './notifications.ts';
import * as maintenance from './windows.ts';
import * as wished from './wished.ts';

export type { SecretRef } from './fields.ts';

export const PROFILE_NAMES = ['ovirt-4.3'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const profileName = z.enum(PROFILE_NAMES);

const profile = z
  .union(
    [
      profileName,
      z.strictObject({
        name: profileName.describe('Version of oVirt: decides packages, repositories, commands and waits.'),
        releasePackage: field.packageSource
          .optional()
          .describe('Where the ovirt-release package comes from, if not from resources.ovirt.org.'),
        epelPackage: field.packageSource
          .optional()
          .describe('Where the epel-release package comes from, if not from the enabled repositories.'),
        repositories: z
          .strictObject({
            libvirtLatest: field
              .text('the id of a repository')
              .optional()
              .describe('Id of the repository that brings a libvirt without md-clear; disabled by its recovery.'),
          })
          .optional()
          .describe('Ids of repositories, where they differ from those of the profile.'),
      }),
    ],
    { error: `must be one of ${PROFILE_NAMES.join(', ')}, or such a name with what differs: { name: … }` },
  )
  .transform((value) => (typeof value === 'string' ? { name: value } : value));

const sshFields = {
  port: field.port.default(22).describe('Port of sshd.'),
  user: field
    .text('a user name')
    .default('root')
    .describe('User to log in as; others than root need sudo without a password.'),
  key: field.secretRef.optional().describe('Private key, in OpenSSH or PEM format.'),
  passphrase: field.secretRef.optional().describe('Passphrase of that key.'),
  password: field.secretRef.optional().describe('Password of the user, used when there is no key.'),
  agent: z.boolean().optional().describe('Use the SSH agent of the worker (SSH_AUTH_SOCK).'),
  hostKey: field.hostKey
    .optional()
    .describe('Public host key or its SHA256 fingerprint; without it no connection is made.'),
};

const saysHow = (value: { key?: unknown; password?: unknown; agent?: boolean | undefined }): boolean =>
  value.key !== undefined || value.password !== undefined || value.agent === true;
const NO_LOGIN = { error: 'must name a way to log in: key, password or agent: true' };

const ssh = z.strictObject(sshFields).refine(saysHow, NO_LOGIN);

const engineSsh = z
  .strictObject({
    address: field.address
      .optional()
      .describe('Address or name at which the worker reaches sshd in the engine VM; default: the fqdn of the engine.'),
    ...sshFields,
  })
  .refine(saysHow, NO_LOGIN);

const engine = z
  .strictObject({
    fqdn: field.fqdn.describe('Name of the engine, as hosts and browsers resolve it; must resolve both ways.'),
    url: z
      .string()
      .regex(/^https:\/\/[^\s/?#]+\/ovirt-engine\/?$/, 'must look like https://ovirt.example.com/ovirt-engine')
      .overwrite((url) => url.replace(/\/$/, ''))
      .describe('Address at which the worker reaches the engine.'),
    user: z
      .string()
      .regex(/^[^@\s]+@[^@\s]+$/, 'must be a user with its profile, such as admin@internal')
      .default('admin@internal')
      .describe('User of the engine, with its profile.'),
    password: field.secretRef.describe('Password of that user; set by the deployment.'),
    rootPassword: field.secretRef.describe('Password of root in the engine VM; set by the deployment.'),
    ca: z
      .strictObject({ file: field.filePath.describe('PEM file of the CA.') })
      .optional()
      .describe('CA that signed the certificate of the engine.'),
    fingerprint: field.certificateFingerprint
      .optional()
      .describe('SHA-256 fingerprint of that CA, in place of its file.'),
    imageProxy: z
      .string()
      .regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, 'must be a name or address with its port, such as ovirt.example.com:54323')
      .optional()
      .describe('Where the image proxy listens; default: port 54323 of the host of url.'),
    address: field.cidr
      .optional()
      .describe('Static address of the engine VM with its prefix length; without it, DHCP.'),
    gateway: field.ipAddress
      .optional()
      .describe(
        'Gateway of the management network, which the hosted-engine monitor pings; default: the gateway of the host.',
      ),
    dns: z
      .array(field.ipAddress)
      .min(1, 'must name at least one DNS server')
      .max(3, 'may name at most three DNS servers')
      .optional()
      .describe('DNS servers of the engine VM when its address is static.'),
    mac: field.macAddress.optional().describe('MAC address of the engine VM; default: chosen by the deployment.'),
    dataCenter: field.ovirtName.default('Default').describe('Name of the data centre that the deployment creates.'),
    cluster: field.ovirtName.default('Default').describe('Name of the cluster that the deployment creates.'),
    vcpus: z
      .int()
      .min(1, 'must be at least 1')
      .max(64, 'must be at most 64')
      .default(4)
      .describe('Virtual CPUs of the engine VM.'),
    memoryMiB: z
      .int()
      .min(4096, 'must be at least 4096, because hosted-engine refuses less')
      .default(16384)
      .describe('Memory of the engine VM in MiB.'),
    diskGiB: z
      .int()
      .min(50, 'must be at least 50, because hosted-engine refuses less')
      .default(51)
      .describe('Disk of the engine VM in GiB; at least the size of the appliance.'),
    timeZone: z
      .string()
      .regex(
        /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/,
        'must be a name of the time zone database, such as Europe/Zurich',
      )
      .optional()
      .describe('Time zone of the engine VM; default: that of the host.'),
    ssh: engineSsh
      .optional()
      .describe('How the worker logs in to the engine VM, to save the engine; without it no backup is taken.'),
  })
  .refine((value) => value.ca === undefined || value.fingerprint === undefined, {
    path: ['fingerprint'],
    error: 'must be left out when ca is given: the engine is verified by one of them',
  });

const bmc = z.strictObject({
  agent: field.fenceAgent.describe('Fence agent by its name in the engine, such as drac5 or ipmilan.'),
  address: field.address.describe('Address of the management controller; the hosts reach it, and the worker should.'),
  port: field.port
    .optional()
    .describe('TCP or UDP port of the controller, where it is not that of the agent; sent as the option ipport.'),
  user: field.text('a user name').describe('User of the controller that may switch power.'),
  password: field.secretRef.describe('Password of that user.'),
  options: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'must be the name of an option of the agent'),
      z.union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, true or false' }),
    )
    .default({})
    .describe('Options of the agent by name, such as secure: true; never a secret.'),
});

const host = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'may hold letters, digits, ., - and _ only')
    .refine((name) => name !== 'engine', 'may not be engine: commands call the engine so')
    .describe('Short name, used in inputs, plans and reports.'),
  fqdn: field.fqdn.describe('Name of the host on the management network; must resolve both ways.'),
  address: field.address.describe('Address or name at which the worker reaches sshd.'),
  ssh: ssh.describe('How the worker logs in.'),
  role: z
    .enum(['hostedEngine', 'host'])
    .default('host')
    .describe('hostedEngine: can run the engine VM. host: runs other VMs only.'),
  managementInterface: field.interfaceName
    .optional()
    .describe('Interface that becomes part of ovirtmgmt; default: the one that holds the address of the fqdn.'),
  bmc: bmc.optional().describe('The management controller of the server, by which it is fenced.'),
});

const hostedEngineStorage = z.strictObject({
  type: z.enum(['fc']).describe('How the hosts reach it: Fibre Channel.'),
  lun: field.wwid.describe('WWID of the LUN for the engine VM, as `multipath -ll` shows it.'),
  size: z
    .string()
    .regex(/^[1-9][0-9]*(\.[0-9]+)?[GT]$/, 'must be a size as `multipath -ll` shows it, such as 150G')
    .optional()
    .describe('Size that the LUN must have, so that a mistaken WWID is noticed.'),
});

export const inventorySchema = z.strictObject({
  profile: profile.describe('Version of oVirt, as a name or as a name with what differs here.'),
  engine: engine.describe('The engine and the VM that it runs in.'),
  hosts: z.array(host).min(1, 'must describe at least one host').describe('The hosts, in the order of their host ids.'),
  storage: z
    .strictObject({
      hostedEngine: hostedEngineStorage.describe('Where the disk of the engine VM lies.'),
      dataDomains: z
        .array(wished.dataDomain)
        .default([])
        .describe('Storage domains for the disks of VMs; the first one initialises the data centre.'),
    })
    .describe('The storage.'),
  cluster: wished.cluster.prefault({}).describe('How the cluster of the engine is to be.'),
  networks: z.array(wished.network).default([]).describe('Logical networks for VMs.'),
  isos: z.array(wished.iso).default([]).describe('Installation images.'),
  vms: z.array(wished.vm).default([]).describe('Virtual machines.'),
  windows: z.array(maintenance.window).default([]).describe('Maintenance windows, from which schedules are made.'),
  blackouts: maintenance.blackouts,
  notifications: notifications.optional().describe('Who is told what.'),
  timing: z
    .strictObject({
      scale: z
        .number()
        .positive('must be greater than 0')
        .max(10, 'must be at most 10')
        .default(1)
        .describe('Factor for all waits and polls of the profile; smaller than 1 only against a simulation.'),
    })
    .prefault({})
    .describe('How long waits are.'),
});

export type Inventory = z.output<typeof inventorySchema>;
export type InventoryHost = Inventory['hosts'][number];
export type InventoryBmc = NonNullable<InventoryHost['bmc']>;
export type InventoryEngine = Inventory['engine'];
export type InventoryDataDomain = Inventory['storage']['dataDomains'][number];
export type InventoryNetwork = Inventory['networks'][number];
export type InventoryIso = Inventory['isos'][number];
export type InventoryVm = Inventory['vms'][number];
export type ProfileChoice = Inventory['profile'];
