import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { engineAccess } from '../../activities/runtime/engine-access.ts';
import { roomIn } from '../../activities/storage/facts.ts';
import { type EngineClient, EngineSessions } from '../../connectors/engine/index.ts';
import { engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import { engineDisk } from '../../connectors/engine/model/disk.ts';
import { type EngineHost, engineHost } from '../../connectors/engine/model/host.ts';
import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { SshPool } from '../../connectors/ssh.ts';
import type { JsonObject } from '../../failures/operator-error.ts';
import { loadInventory } from '../../inventory/load.ts';
import type { LabProcess } from './lab-process.ts';
import { until } from './until.ts';

/** Brings the repositories from which the engine installs a host. */
const RELEASE_RPM = 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm';

/** Acts on the lab's engine as its administrator does in the portal, beside any run. */
export async function asAdmin<T>(inventoryPath: string, act: (client: EngineClient) => Promise<T>): Promise<T> {
  const { inventory, directory } = await loadInventory(inventoryPath);
  const ssh = new SshPool();
  const signal = AbortSignal.timeout(60_000);
  try {
    const source = { ssh, engines: new EngineSessions(), inventory, inventoryDirectory: directory, signal };
    return await act(engineAccess(source, { correlationId: randomUUID(), signal }));
  } finally {
    await ssh.close();
  }
}

/** Updates the engine to the release that heeds the wish for the hosted engine in a new installation. */
export async function updateEngine({ control, inventory }: LabProcess): Promise<void> {
  await control.event({ target: 'engine', action: 'update-engine', version: '4.3.10.4-1.el7' });
  await until(() =>
    asAdmin(inventory, (engine) => engine.list('/hosts', engineHost)).then(
      () => true,
      () => false,
    ),
  );
}

/** Adds a host to the engine without the hosted engine, and waits until it is up. */
export async function addPlainHost(lab: LabProcess, name: string): Promise<void> {
  await lab.control.event({ target: name, action: 'install-package', package: RELEASE_RPM });
  await asAdmin(lab.inventory, (engine) =>
    engine.send({
      request: 'POST',
      path: '/hosts',
      body: { name, address: `${name}.test.local`, cluster: { name: 'Cluster1' } },
      secrets: { root_password: async () => lab.file('secrets/host-root-password').trim() },
    }),
  );
  await until(async () => (await hostInEngine(lab.inventory, name)).status === 'up');
}

/** A host as the engine has it, by its name there. */
export async function hostInEngine(inventoryPath: string, name: string): Promise<EngineHost> {
  const hosts = await asAdmin(inventoryPath, (engine) => engine.list('/hosts', engineHost));
  const found = hosts.find((host) => host.name === name);
  if (found === undefined) throw new Error(`the engine has no host ${name}`);
  return found;
}

/** Makes a VM that boots from the network and starts it on a host; `settings` beyond that as the API takes them. */
export async function runVm(lab: LabProcess, name: string, host: string, settings: JsonObject = {}): Promise<string> {
  return asAdmin(lab.inventory, async (engine) => {
    const send = (path: string, body: JsonObject) => engine.send({ request: 'POST', path, body });
    const made = await send('/vms', {
      name,
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      memory: 1024 ** 3,
      os: { boot: { devices: { device: ['network'] } } },
      ...settings,
    });
    const { id } = z.object({ id: z.string() }).parse(made);
    await send(`/vms/${id}/nics`, { name: 'nic1' });
    await send(`/vms/${id}/start`, {});
    const up = () => engine.get(`/vms/${id}`, engineVm).then((vm) => vm.status === 'up' && vm);
    await until(async () => (await up()) !== false);
    const target = (await engine.list('/hosts', engineHost)).find((one) => one.name.startsWith(host));
    if (target !== undefined && (await engine.get(`/vms/${id}`, engineVm)).host?.id !== target.id) {
      await send(`/vms/${id}/migrate`, { host: { id: target.id } });
      await until(async () => {
        const vm = await up();
        return vm !== false && vm.host?.id === target.id;
      });
    }
    return id;
  });
}

/** The state of a VM in the engine, and the name there of the host that runs it. */
export async function vmPlace(inventoryPath: string, id: string): Promise<{ status: string; host?: string }> {
  return asAdmin(inventoryPath, async (engine) => {
    const [vm, hosts] = await Promise.all([engine.get(`/vms/${id}`, engineVm), engine.list('/hosts', engineHost)]);
    const on = hosts.find((host) => host.id === vm.host?.id);
    return { status: vm.status, ...(on !== undefined && { host: on.name }) };
  });
}

/** Makes a data domain on the file server, attached to the data center, and puts it into maintenance. */
export async function makeRestingDomain(lab: LabProcess, name: string): Promise<void> {
  await asAdmin(lab.inventory, async (engine) => {
    const send = (path: string, body: JsonObject) => engine.send({ request: 'POST', path, body });
    const [[center], [host]] = await Promise.all([
      engine.list('/datacenters', engineDataCenter),
      engine.list('/hosts', engineHost),
    ]);
    const storage = { type: 'nfs', address: 'nas.test.local', path: '/exports/data' };
    await send('/storagedomains', { name, type: 'data', host: { id: host?.id ?? '' }, storage });
    const domains = `/datacenters/${center?.id}/storagedomains`;
    await send(domains, { name });
    const all = () => engine.list(domains, engineStorageDomain);
    const settled = (status: string) =>
      until(async () => (await all()).some((one) => one.name === name && one.status === status));
    await settled('active');
    const made = (await all()).find((one) => one.name === name);
    await send(`${domains}/${made?.id}/deactivate`, {});
    await settled('maintenance');
  });
}

/** Makes a disk that takes all room of a storage domain but what the engine keeps free. */
export async function fillDomain(lab: LabProcess, domain: string, disk: string): Promise<void> {
  await asAdmin(lab.inventory, async (engine) => {
    const found = await engine.named('/storagedomains', domain, engineStorageDomain);
    if (found?.available === undefined) throw new Error(`the engine tells no free space of ${domain}`);
    const { room = 0 } = roomIn(found);
    const body = { name: disk, provisioned_size: room, format: 'raw', sparse: false };
    const place = { storage_domains: { storage_domain: [{ name: domain }] } };
    await engine.send({ request: 'POST', path: '/disks', body: { ...body, ...place } });
    const all = () => engine.list(`/storagedomains/${found.id}/disks`, engineDisk);
    await until(async () => (await all()).some(({ alias, status }) => alias === disk && status === 'ok'));
  });
}
