import { parsePin } from '../../connectors/host-key.ts';
import { type OfferedKey, scanHostKeys } from '../../connectors/ssh-scan.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { didYouMean } from '../../inventory/nearest.ts';
import type { Path } from '../../inventory/problem.ts';
import { requireWritable } from '../../inventory/save.ts';
import { messageOf, unreachable, usage } from '../failure.ts';
import type { Answer } from '../output.ts';
import { approve } from './approve.ts';
import { inWords, pin, readInventory } from './file.ts';

export interface TrustRequest {
  /** Path of the inventory. */
  readonly inventory: string;
  readonly fingerprint?: string;
  /** Put another key in place of the one that is pinned. */
  readonly replace: boolean;
  readonly terminal: boolean;
}

/** Pins the SSH host key of a host; leaves the file alone when the key that it has is pinned already. */
export async function trustHost(name: string, request: TrustRequest): Promise<Answer> {
  const { inventory: path } = request;
  const { inventory } = await readInventory(path);
  const index = inventory.hosts.findIndex((host) => host.name === name);
  const host = inventory.hosts[index];
  if (host === undefined) {
    const known = [...inventory.hosts.map((each) => each.name), 'engine'];
    throw usage(`${path} has no host "${name}".${didYouMean(name, known)} It has ${known.join(', ')}.`, { known });
  }
  const { address, ssh } = host;
  const { port, hostKey } = ssh;
  const field = ['hosts', index, 'ssh', 'hostKey'];
  return trustKey(
    { name, address, port, hostKey, field, said: 'hosts[].address and ssh.port in the inventory' },
    request,
  );
}

/** A machine that commands are run on. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** What is pinned. */
  readonly hostKey: string | undefined;
  /** Where in the inventory that stands. */
  readonly field: Path;
  /** What of the inventory says where it is, for people. */
  readonly said: string;
}

/** Pins the SSH host key of a machine; leaves the file alone when the key that it shows is pinned already. */
export async function trustKey(host: Machine, request: TrustRequest): Promise<Answer> {
  const { inventory: path } = request;
  const { name } = host;
  const offered = await offeredBy(host);
  const pinned = host.hostKey === undefined ? undefined : parsePin(host.hostKey).fingerprint;
  const wished = request.fingerprint === undefined ? pinned : parseFingerprint(request.fingerprint);
  const known = offered.find(({ fingerprint }) => fingerprint === pinned);
  if (known !== undefined && wished === pinned) return answer(path, host, offered, known, false);
  if (pinned !== undefined && !request.replace) throw pinnedOtherwise(host, offered, pinned);

  await inWords(() => requireWritable(path));
  const chosen = await approve({
    name,
    shown: `${placeOf(host)} shows ${offered.length === 1 ? 'this host key' : 'these host keys'}:\n${table(offered)}`,
    fingerprints: offered.map(({ fingerprint }) => fingerprint),
    example: 'SHA256:…',
    parse: parseFingerprint,
    compare: `Compare on the console of ${name}: for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done`,
    ...(request.fingerprint !== undefined && { given: request.fingerprint }),
    terminal: request.terminal,
  });
  const key = offered.find(({ fingerprint }) => fingerprint === chosen) as OfferedKey;
  await pin(path, host.field, key.hostKey);
  return answer(path, host, offered, key, true, pinned);
}

async function offeredBy({ name, address, port, said }: Machine): Promise<readonly OfferedKey[]> {
  try {
    return await scanHostKeys({ name, address, port }, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw unreachable(`${messageOf(error)} Nothing was pinned. Look at ${said}.`);
  }
}

/** Finds it in what `ssh-keygen -lf` prints, too. */
function parseFingerprint(text: string): string | undefined {
  return /SHA256:[A-Za-z0-9+/]{43}/.exec(text)?.[0];
}

function pinnedOtherwise(host: Machine, offered: readonly OfferedKey[], pinned: string): Error {
  const still = offered.some(({ fingerprint }) => fingerprint === pinned);
  const why = still
    ? 'It still shows this key, so there is no need for another one.'
    : `Either it was installed anew, or another machine answers at its address. Who is trusted here gets commands and secrets as root: compare on the console of ${host.name} first.`;
  return usage(
    `${host.name} is pinned to ${pinned}; ${placeOf(host)} shows:\n${table(offered)}\n${why} To pin another key run this again with --replace.`,
    { pinned, offered: offered.map(({ fingerprint }) => fingerprint) },
  );
}

function placeOf({ name, address, port }: Machine): string {
  return `${name} at ${address} port ${port}`;
}

function table(offered: readonly OfferedKey[]): string {
  return offered.map(({ type, fingerprint }) => `  ${type.padEnd(20)} ${fingerprint}`).join('\n');
}

function answer(
  inventory: string,
  host: Machine,
  offered: readonly OfferedKey[],
  { type, fingerprint }: OfferedKey,
  changed: boolean,
  replaced?: string,
): Answer {
  return {
    document: {
      inventory,
      host: host.name,
      address: host.address,
      port: host.port,
      offered: offered.map(({ hostKey: _hostKey, ...shown }) => shown),
      pinned: { type, fingerprint },
      changed,
      ...(replaced !== undefined && { replaced }),
    },
    text: changed
      ? `${host.name} is pinned to ${type} ${fingerprint} in ${inventory}. Next: npx runbook doctor`
      : `${host.name} is pinned to ${type} ${fingerprint} already, and shows it.`,
  };
}
