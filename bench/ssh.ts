import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from 'ssh2';
import { SshPool, sshTarget } from '../connectors/ssh.ts';
import { loadInventory } from '../inventory/load.ts';
import { type BenchResult, median, result } from './result.ts';

const COMMANDS_PER_ROUND = 60;
const WARM_UP = 100;
const BOUND = 1.3;

/** One command after the other over an open connection: our pool against ssh2 as it is. */
export async function measureSsh(inventoryPath: string, rounds: number): Promise<BenchResult> {
  const { inventory, directory } = await loadInventory(inventoryPath);
  const [host] = inventory.hosts;
  if (host === undefined) throw new Error('the inventory has no host');
  const { key, user, port } = host.ssh;
  if (key === undefined || !('file' in key)) throw new Error('the lab hands out its key as a file');

  const pool = new SshPool();
  const target = sshTarget(host, directory);
  const raw = await connect({
    host: host.address,
    port,
    username: user,
    privateKey: await readFile(resolve(directory, key.file), 'utf8'),
  });
  try {
    const viaPool = async () => void (await pool.run(target, { argv: ['true'] }));
    const viaSsh2 = () => execute(raw, 'LC_ALL=C true');
    const ours: number[] = [];
    const theirs: number[] = [];
    // In turn, one by one: what disturbs the machine meets both, and the medians leave it out.
    for (let count = 0; count < WARM_UP + rounds * COMMANDS_PER_ROUND; count++) {
      ours.push(await timed(viaPool));
      theirs.push(await timed(viaSsh2));
    }
    const [our, their] = [median(ours.slice(WARM_UP)), median(theirs.slice(WARM_UP))];
    return result('SSH round trip against raw ssh2', '×', our / their, BOUND, { 'ours (ms)': our, 'ssh2 (ms)': their });
  } finally {
    raw.end();
    await pool.close();
  }
}

/** In milliseconds. */
async function timed(command: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await command();
  return performance.now() - began;
}

function connect(options: { host: string; port: number; username: string; privateKey: string }): Promise<Client> {
  return new Promise((opened, failed) => {
    const client = new Client();
    client.once('ready', () => opened(client)).once('error', failed);
    client.connect(options);
    client.setNoDelay(true);
  });
}

function execute(client: Client, line: string): Promise<void> {
  return new Promise((done, failed) => {
    client.exec(line, (error, channel) => {
      if (error !== undefined) return failed(error);
      channel.resume();
      channel.stderr.resume();
      channel.once('close', () => done());
    });
  });
}
