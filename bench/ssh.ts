import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from 'ssh2';
import { SshPool, sshTarget } from '../connectors/ssh.ts';
import { loadInventory } from '../inventory/load.ts';
import { type BenchResult, median, medianRatio, result } from './result.ts';

const COMMANDS_PER_ROUND = 60;
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
    await timed(viaPool);
    await timed(viaSsh2);
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round++) {
      // Who goes first changes, so that neither profits from what the other warmed up.
      if (round % 2 === 0) {
        const ours = await timed(viaPool);
        pairs.push([ours, await timed(viaSsh2)]);
      } else {
        const theirs = await timed(viaSsh2);
        pairs.push([await timed(viaPool), theirs]);
      }
    }
    return result('SSH round trip against raw ssh2', '×', medianRatio(pairs), BOUND, {
      'ours (ms)': median(pairs.map(([ours]) => ours)),
      'ssh2 (ms)': median(pairs.map(([, theirs]) => theirs)),
    });
  } finally {
    raw.end();
    await pool.close();
  }
}

/** Milliseconds per command. */
async function timed(command: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let count = 0; count < COMMANDS_PER_ROUND; count++) await command();
  return (performance.now() - began) / COMMANDS_PER_ROUND;
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
