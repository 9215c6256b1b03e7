/**
 * What the article builds once the hosted engine stands (§8–§13), in its order and by its engine's API: further hosts,
 * power management, the data domain, the network for VMs, the installation image, the highly available VM.
 */
import { copyFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { controllers } from '../bmc/controller.ts';
import { startMonitoring } from '../engine/api/monitor/monitor.ts';
import { INSTALLATION_IMAGE, writeInstallationImage } from '../installation-image.ts';
import { DEPLOYED } from '../inventory.ts';
import { agentRuntime } from '../ovirt/ha/runtime.ts';
import { releaseRpm } from '../ovirt/packages/repositories.ts';
import { contentPath } from '../ovirt/vdsm/content.ts';
import type { Lab } from '../types.ts';
import { events } from './events.ts';
import { Operator } from './operator.ts';

const GiB = 2 ** 30;
const names = {
  ...DEPLOYED,
  domain: 'data1',
  network: 'ovirtvm-vlan432',
  vm: 'vm1',
};

const only = (rows: readonly { readonly [name: string]: unknown }[], what: string): string => {
  const [row] = rows;
  if (!row) throw new Error(`the engine has no ${what}`);
  return String(row.id);
};

async function addHosts(lab: Lab, operator: Operator): Promise<void> {
  const known = new Set((await operator.list('/hosts')).map((row) => row.name));
  const others = [...lab.hosts.values()].filter((host) => !known.has(host.fqdn));
  for (const host of others) {
    await host.run(['yum', '-y', 'install', releaseRpm]);
    const added = await operator.call('POST', '/hosts?deploy_hosted_engine=true&activate=true', {
      name: host.fqdn,
      address: host.fqdn,
      cluster: { name: names.cluster },
      root_password: lab.secrets.hostRootPassword,
    });
    await operator.until(`/hosts/${String(added.id)}`, 'up');
    for (let n = 0; n < 240 && agentRuntime(host)?.state !== 'EngineDown'; n += 1) await lab.clock.sleep(5);
  }
}

/** Agents as the article has them for an iDRAC 9. */
async function configureFencing(lab: Lab, operator: Operator): Promise<void> {
  for (const row of await operator.list('/hosts')) {
    const host = [...lab.hosts.values()].find((one) => one.fqdn === row.address);
    const controller = host && controllers(lab).get(host.name);
    if (!controller) continue;
    const { port, address, user, password } = controller;
    await operator.call('POST', `/hosts/${String(row.id)}/fenceagents`, {
      type: 'drac5',
      order: 1,
      username: user,
      password,
      address: port === undefined ? address : '127.0.0.1',
      options: {
        option: [
          { name: 'secure', value: '1' },
          { name: 'cmd_prompt', value: '>' },
          { name: 'login_timeout', value: '30' },
          // The engine's own `port` of an agent is none that fence_drac5 would hear.
          ...(port === undefined ? [] : [{ name: 'ipport', value: String(port) }]),
        ],
      },
    });
    await operator.call('PUT', `/hosts/${String(row.id)}`, { power_management: { enabled: true } });
  }
}

async function attachDomain(lab: Lab, operator: Operator): Promise<void> {
  const lun = lab.luns.find((one) => one.group === undefined);
  const [first] = await operator.list('/hosts?search=status%3Dup');
  if (!lun || !first) throw new Error('there is no LUN, or no host, for a data domain');
  const storage = { type: 'fcp', logical_units: { logical_unit: [{ id: lun.wwid }] } };
  const made = { name: names.domain, type: 'data', host: { id: first.id }, storage };
  const { id } = await operator.call('POST', '/storagedomains', made);
  const center = only(await operator.list(`/datacenters?search=name%3D${names.dataCenter}`), 'data center');
  await operator.call('POST', `/datacenters/${center}/storagedomains`, { id });
  await operator.until(`/datacenters/${center}/storagedomains/${String(id)}`, 'active');
}

async function createNetwork(operator: Operator): Promise<void> {
  const { id } = await operator.call('POST', '/networks', {
    name: names.network,
    data_center: { name: names.dataCenter },
    vlan: { id: 432 },
  });
  const cluster = only(await operator.list(`/clusters?search=name%3D${names.cluster}`), 'cluster');
  await operator.call('POST', `/clusters/${cluster}/networks`, { id, required: false });
  const attachment = { network: { id }, host_nic: { name: 'bond1' } };
  for (const host of await operator.list('/hosts')) {
    await operator.call('POST', `/hosts/${String(host.id)}/setupnetworks`, {
      modified_network_attachments: { network_attachment: [attachment] },
      check_connectivity: true,
      commit_on_success: true,
    });
  }
}

async function newDisk(operator: Operator, disk: Readonly<Record<string, unknown>>): Promise<string> {
  const storage_domains = { storage_domain: [{ name: names.domain }] };
  const made = await operator.call('POST', '/disks', { format: 'raw', storage_domains, ...disk });
  await operator.until(`/disks/${String(made.id)}`, 'ok');
  return String(made.id);
}

/** The bytes come by another way than those of real uploads; the disk is what it would be after one. */
async function uploadImage(lab: Lab, operator: Operator): Promise<string> {
  writeInstallationImage(lab.store.dir);
  const file = join(lab.store.dir, INSTALLATION_IMAGE);
  const provisioned_size = statSync(file).size;
  const id = await newDisk(operator, { name: basename(file), content_type: 'iso', provisioned_size });
  copyFileSync(file, contentPath(lab, String((await operator.call('GET', `/disks/${id}`)).image_id)));
  return id;
}

async function createVm(lab: Lab, operator: Operator, iso: string): Promise<void> {
  const domain = only(await operator.list(`/storagedomains?search=name%3D${names.domain}`), 'data domain');
  const vm = await operator.call('POST', '/vms', {
    name: names.vm,
    cluster: { name: names.cluster },
    template: { name: 'Blank' },
    memory: 4 * GiB,
    type: 'server',
    os: { type: 'rhel_7x64', boot: { devices: { device: ['hd', 'cdrom'] } } },
    high_availability: { enabled: true, priority: 1 },
    lease: { storage_domain: { id: domain } },
  });
  const path = `/vms/${String(vm.id)}`;
  const disk = await newDisk(operator, { name: `${names.vm}_Disk1`, provisioned_size: 11 * GiB });
  const attachment = { disk: { id: disk }, interface: 'virtio', bootable: true, active: true };
  await operator.call('POST', `${path}/diskattachments`, attachment);
  const profiles = await operator.list('/vnicprofiles');
  const profile = only(
    profiles.filter((one) => one.name === names.network),
    'vNIC profile',
  );
  await operator.call('POST', `${path}/nics`, { name: 'nic1', interface: 'virtio', vnic_profile: { id: profile } });
  const drive = '00000000-0000-0000-0000-000000000000';
  await operator.call('PUT', `${path}/cdroms/${drive}`, { file: { id: iso } });
  await operator.call('POST', `${path}/start`, {});
  await operator.until(path, 'up');
  const action = 'vm-os-installed';
  await events[action]?.(lab, { target: 'engine', action, vm: names.vm });
  await lab.clock.sleep(60);
}

/** Builds on a deployed hosted engine; the engine keeps its eyes open meanwhile, served or not. */
export async function buildWhole(lab: Lab): Promise<void> {
  const stop = startMonitoring(lab);
  const operator = new Operator(lab);
  try {
    await addHosts(lab, operator);
    await configureFencing(lab, operator);
    await attachDomain(lab, operator);
    await createNetwork(operator);
    await createVm(lab, operator, await uploadImage(lab, operator));
  } finally {
    stop();
  }
}
