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
  readonly domains: readonly FoundDomain[];
}

/** A storage domain as its own files tell of it. (vdsm, fileSD) */
export interface FoundDomain {
  readonly id: string;
  /** Absent where its metadata cannot be read. */
  readonly name?: string;
  /** Id of the data center that it is attached to, or was when its engine was lost. */
  readonly pool?: string;
  /** How many images it holds, where it holds any. */
  readonly images?: number;
}

type ExportReads = 'name' | 'offered' | 'content';

/** vdsm and kvm, as which vdsm and qemu work on every host. */
const VDSM = 36;

/** Into the directory of a domain, whose `dom_md` is $d. */
const LOOK_INTO = [
  'echo "domain ${d%/dom_md}";',
  'grep -E "^(DESCRIPTION|POOL_UUID)=" "$d/metadata" 2>/dev/null;',
  'ls "${d%dom_md}images" 2>/dev/null | sed "s/^/image /";',
].join(' ');

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
    `for d in */dom_md; do [ ! -d "$d" ] || { ${LOOK_INTO} }; done; true`,
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
  const domains: { -readonly [Key in keyof FoundDomain]: FoundDomain[Key] }[] = [];
  const entries: string[] = [];
  let root: ExportState['root'];
  for (const line of content.text.split('\n')) {
    const [, kind, rest = ''] = /^(root|entry|domain|image) (.*)$/.exec(line) ?? [];
    const [, key, value] = /^(DESCRIPTION|POOL_UUID)=(.+)$/.exec(line) ?? [];
    const last = domains.at(-1);
    if (kind === 'root') {
      const [owner = '', mode = ''] = rest.split(' ');
      root = { owner, mode };
    }
    if (kind === 'entry') entries.push(rest);
    if (kind === 'domain') domains.push({ id: rest });
    if (last === undefined) continue;
    if (kind === 'image') last.images = (last.images ?? 0) + 1;
    if (value !== undefined) last[key === 'DESCRIPTION' ? 'name' : 'pool'] = value;
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

/**
 * Tells a domain that was taken in from one that was made: that one has the name that was asked for and, if this step has
 * made it just now, neither a data center nor images. The engine takes in what it finds in the export and leaves the metadata
 * as they are; only its job tells, as long as it is kept. `ours`: the engine has it by a request of this step.
 * (BackendStorageDomainsResource.getExistingStorageDomain; AddExistingFileStorageDomainCommand)
 */
export function judgeMade(
  { id, name, pool, images }: FoundDomain,
  wish: NfsDomain,
  ours: { readonly job?: string } | undefined,
): (Finding & { readonly lines: readonly string[] }) | undefined {
  const lines = [
    ...(name !== undefined && name !== wish.name ? [`its own metadata call it ${name}`] : []),
    ...(ours && pool !== undefined ? [`it belongs to the data center ${pool}`] : []),
    ...(ours && images !== undefined ? [`it holds ${images === 1 ? 'an image' : `${images} images`}`] : []),
    ...(ours?.job !== undefined ? [`the engine calls its job "${ours.job}"`] : []),
  ];
  if (lines.length === 0) return undefined;
  const place = `NFS export ${wish.address}:${wish.path}`;
  return {
    what: `the storage domain ${wish.name} of the engine was not made anew: it is ${id}, which was in ${place} already and has been taken in; ${lines.join(', ')}`,
    fix: 'Roll back, which takes it out of the engine and leaves its files, and take another export; or skip this step, if that domain is the one to attach',
    lines,
  };
}

/** What lies in the export beside storage domains; a domain is made and removed without touching it. */
export const besides = ({ entries, domains }: Pick<ExportState, 'entries' | 'domains'>): readonly string[] =>
  entries.filter((entry) => !domains.some(({ id }) => id === entry));
