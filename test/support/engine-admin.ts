import { randomUUID } from 'node:crypto';
import { engineAccess } from '../../activities/runtime/engine-access.ts';
import { type EngineClient, EngineSessions } from '../../connectors/engine/index.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { SshPool } from '../../connectors/ssh.ts';
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
  await until(async () => (await hostStatus(lab.inventory, name)) === 'up');
}

/** The state of a host in the engine, as the portal shows it. */
export async function hostStatus(inventoryPath: string, name: string): Promise<string | undefined> {
  const hosts = await asAdmin(inventoryPath, (engine) => engine.list('/hosts', engineHost));
  return hosts.find((host) => host.name === name)?.status;
}
