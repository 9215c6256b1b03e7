import { isIP } from 'node:net';
import { quote } from '../../connectors/quote.ts';
import { parseAddresses } from '../host/parse/names.ts';
import { answeredOrNot, limited, type Read, type ReadResult, readAll } from '../host/read-all.ts';
import type { Finding, OperationContext } from '../operation.ts';
import { type NfsDomain, versionOptions } from './wish.ts';

/** An NFS export as one host sees it. */
export interface ExportState {
  /** What the name of the server resolves to on the host. */
  readonly addresses: readonly string[];
  /** Exported directories, where the server tells; one that serves NFS 4 only need not. */
  readonly offered?: readonly string[];
  /** Why the host cannot mount it, in the words of mount. */
  readonly trouble?: string;
  /** Owner and mode of the exported directory: `36:36`, `755`; absent while it cannot be mounted. */
  readonly root?: { readonly owner: string; readonly mode: string };
  readonly entries: readonly string[];
  /** Directories with a `dom_md`: storage domains, or what is left of them. */
  readonly domains: readonly { readonly id: string; readonly name?: string }[];
}

type ExportReads = 'name' | 'offered' | 'content';

/** vdsm and kvm, as which vdsm and qemu work on every host. */
const VDSM = 36;

/**
 * Looks into an export through a mount in a namespace of its own, read-only: it goes with the process, whatever dies, and
 * nothing else on the host sees it.
 */
export function exportReads({ address, path, nfsVersion, mountOptions }: NfsDomain): Record<ExportReads, Read> {
  const options = ['ro', 'soft', 'nolock', 'timeo=100', 'retrans=1', ...versionOptions(nfsVersion), mountOptions];
  const look = [
    // systemd shares all mounts between namespaces, and the unshare of EL7 does not end that.
    'mount --make-rprivate /',
    `mount -t nfs -o ${quote(options.filter(Boolean).join(','))} ${quote(`${address}:${path}`)} /mnt`,
    'cd /mnt',
    "stat -c 'root %u:%g %a' .",
    "ls -A | sed 's/^/entry /'",
    'for d in */dom_md; do [ ! -d "$d" ] || { echo "domain ${d%/dom_md}"; grep ^DESCRIPTION= "$d/metadata" 2>/dev/null; }; done; true',
  ].join(' && ');
  return {
    name: `getent ahostsv4 ${quote(address)}`,
    offered: answeredOrNot(['showmount', '-e', '--no-headers', address]),
    // mount.nfs gives up on a silent server by itself, after two minutes.
    content: limited(['unshare', '-m', 'bash', '-c', look], 180),
  };
}

export function parseExport(address: string, answers: Record<ExportReads, ReadResult>): ExportState {
  const { name, offered, content } = answers;
  const domains: { id: string; name?: string }[] = [];
  const entries: string[] = [];
  let root: ExportState['root'];
  for (const line of content.text.split('\n')) {
    const [, kind, rest = ''] = /^(root|entry|domain) (.*)$/.exec(line) ?? [];
    const described = /^DESCRIPTION=(.+)$/.exec(line)?.[1];
    const last = domains.at(-1);
    if (kind === 'root') {
      const [owner = '', mode = ''] = rest.split(' ');
      root = { owner, mode };
    }
    if (kind === 'entry') entries.push(rest);
    if (kind === 'domain') domains.push({ id: rest });
    if (described !== undefined && last !== undefined) domains[domains.length - 1] = { ...last, name: described };
  }
  return {
    addresses: isIP(address) !== 0 ? [address] : parseAddresses(name.text),
    ...(offered.code === 0 && { offered: offered.text.split('\n').flatMap((line) => /^\/\S*/.exec(line)?.[0] ?? []) }),
    ...(root === undefined ? { trouble: content.text.trim() || `mount ended with ${content.code}` } : { root }),
    entries,
    domains,
  };
}

export async function lookAtExport(
  context: Pick<OperationContext, 'host'>,
  host: string,
  wish: NfsDomain,
): Promise<ExportState> {
  return parseExport(wish.address, await readAll(context.host(host), exportReads(wish)));
}

/** What keeps a host from using the export, and vdsm from working in it. (vdsm, fileSD.validateDirAccess) */
export function judgeExport(host: string, state: ExportState, { address, path }: NfsDomain): readonly Finding[] {
  const place = `NFS export ${address}:${path}`;
  if (state.addresses.length === 0) {
    const fix = `Enter ${address} in DNS, or in /etc/hosts of every host`;
    return [{ what: `${address} does not resolve on ${host}`, fix }];
  }
  if (state.root === undefined) {
    const known = state.offered;
    const fix = known
      ? `${address} exports ${known.join(', ') || 'nothing'}: correct path in the inventory, or /etc/exports and exportfs -ra on the server`
      : `Look whether ${address} runs, serves NFS on port 2049 and lets ${host} through its firewall`;
    return [{ what: `${host} cannot mount ${place}: ${state.trouble}`, fix }];
  }
  const { owner, mode } = state.root;
  if (permits(owner, mode)) return [];
  const fix = `On the server: chown ${VDSM}:${VDSM} and chmod 0755 on the exported directory; with all_squash, also anonuid=${VDSM},anongid=${VDSM}`;
  return [{ what: `${place} belongs to ${owner} with mode ${mode}: vdsm (${VDSM}:${VDSM}) may not work in it`, fix }];
}

/** vdsm reads, writes and enters; qemu, which has its group, reads and enters. */
function permits(owner: string, mode: string): boolean {
  const [uid, gid] = owner.split(':').map(Number);
  const bits = Number.parseInt(mode, 8);
  const group = gid === VDSM ? (bits >> 3) & 7 : bits & 7;
  return (uid === VDSM ? (bits >> 6) & 7 : group) === 7 && (group & 5) === 5;
}

/** A domain that lies in the export: the engine would take it in under another name in place of making one. */
export function judgeDomains(
  { domains }: Pick<ExportState, 'domains'>,
  { address, path }: NfsDomain,
  owners: ReadonlyMap<string, string>,
): readonly Finding[] {
  return domains.map(({ id, name }) => {
    const owner = owners.get(id);
    const whose = owner === undefined ? 'which this engine does not have' : `which is ${owner} of this engine`;
    const what = name === undefined ? `remnants of a storage domain (${id})` : `the storage domain ${name} (${id})`;
    const fix =
      name === undefined
        ? `Make sure that nobody needs it, then remove the directory ${id} on the server; or take another export`
        : 'Take another export; or take that domain in: Storage, Domains, Import Domain in the Administration Portal';
    return { what: `NFS export ${address}:${path} carries ${what}, ${whose}`, fix };
  });
}

/** What lies in the export beside storage domains; a domain is made and removed without touching it. */
export const besides = ({ entries, domains }: Pick<ExportState, 'entries' | 'domains'>): readonly string[] =>
  entries.filter((entry) => !domains.some(({ id }) => id === entry));
