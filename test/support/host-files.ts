import { SshPool, sshTarget } from '../../connectors/ssh.ts';
import type { CommandResult } from '../../connectors/ssh-exec.ts';
import { loadInventory } from '../../inventory/load.ts';
import { until } from './until.ts';

/** Runs a script as root on a host of the lab, as a tester who logs in and looks. */
export async function lookOnHost(inventoryPath: string, name: string, script: string): Promise<CommandResult> {
  const { inventory, directory } = await loadInventory(inventoryPath);
  const host = inventory.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new Error(`the inventory has no ${name}`);
  const pool = new SshPool();
  try {
    return await pool.run(sshTarget(host, directory), { script }, { timeoutMs: 60_000 });
  } finally {
    await pool.close();
  }
}

/** What it prints. */
export async function onHost(inventoryPath: string, name: string, script: string): Promise<string> {
  return (await lookOnHost(inventoryPath, name, script)).stdout;
}

/** Waits until what it prints is as wished; the test's own limit ends it. */
export async function untilOnHost(
  inventoryPath: string,
  name: string,
  script: string,
  holds: (said: string) => boolean,
): Promise<void> {
  await until(async () => holds(await onHost(inventoryPath, name, script)), 100_000);
}
