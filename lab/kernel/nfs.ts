/** The datacentre's file server with its exports, and the mounts that hosts have of them. */
import type { Lab, LabHost, NfsExport, NfsServer } from '../types.ts';
import { actAs } from './current.ts';
import { MemoryFs } from './files.ts';

const GiB = 2 ** 30;

/** uid and gid 36, which vdsm and qemu work as on every host. */
const VDSM = { owner: 'vdsm', group: 'kvm' } as const;

const layouts = [
  { path: '/exports/data', size: 2048 * GiB, ...VDSM },
  { path: '/exports/backup', size: 500 * GiB, ...VDSM },
  // As a directory is before anybody gave it to vdsm.
  { path: '/exports/root_only', size: 100 * GiB, owner: 'root', group: 'root' },
] as const;

export const NAS = { name: 'nas.test.local', address: '172.20.32.6' } as const;

function makeExport(lab: Lab, { path, size, owner, group }: (typeof layouts)[number]): NfsExport {
  const files = new MemoryFs({ now: () => lab.clock.now(), changed: (what) => lab.changed(`${NAS.name}: ${what}`) });
  files.chown('/', owner, group);
  return { path, size, offered: true, files, used: () => 0, holds: new Map() };
}

export function addNfsServer(lab: Lab): void {
  const exports = actAs(undefined, () => layouts.map((layout) => makeExport(lab, layout)));
  const server: NfsServer = { ...NAS, answering: true, exports };
  lab.nfs.push(server);
  lab.dns.forward.set(NAS.name, [NAS.address]);
  lab.dns.reverse.set(NAS.address, NAS.name);
  const open = (port: number): boolean => port === 0 || port === 111 || port === 2049;
  lab.servers.set(NAS.address, {
    state: (port) => (!server.answering ? 'silent' : open(port) ? 'open' : 'refused'),
    request: () => ({ status: 404, body: '' }),
  });
}

/** The server behind a name or an address, as the host finds it; undefined when nothing answers there. */
export function nfsServerAt(host: LabHost, address: string): NfsServer | undefined {
  const addresses = host.resolve(address);
  return host.lab.nfs.find(
    (server) => server.answering && addresses.includes(server.address) && host.network.reachable(server.address),
  );
}

/** True while what the host has mounted of the export answers it. */
export function exportAnswers(host: LabHost, share: NfsExport): boolean {
  const server = host.lab.nfs.find((one) => one.exports.includes(share));
  return host.power === 'on' && share.offered && server?.answering === true && host.network.reachable(server.address);
}

/** What the kernel makes of the options that a mount was asked for. */
function negotiated(host: LabHost, server: NfsServer, asked: string): string {
  const options = asked.split(',').filter(Boolean);
  const value = (name: string): string | undefined =>
    options.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const major = value('nfsvers') ?? value('vers') ?? '4.1';
  const minor = value('minorversion');
  const version = minor === undefined ? (major === '4' ? '4.1' : major) : `${major}.${minor}`;
  const plain = options.filter((one) => !/^(nfs)?vers=|^minorversion=|^(timeo|retrans)=|^r[wo]$|^(no)?lock$/.test(one));
  const hardness = plain.includes('soft') ? [] : ['hard'];
  const transport = ['proto=tcp', `timeo=${value('timeo') ?? '600'}`, `retrans=${value('retrans') ?? '2'}`, 'sec=sys'];
  const ends =
    version === '3'
      ? [`mountaddr=${server.address}`, 'mountvers=3', 'mountport=20048', 'mountproto=udp', 'local_lock=all']
      : [`clientaddr=${host.address}`, 'local_lock=none'];
  const way = options.includes('ro') ? 'ro' : 'rw';
  const sizes = ['rsize=1048576', 'wsize=1048576', 'namlen=255'];
  const locks = version === '3' && options.includes('nolock') ? ['nolock'] : [];
  return [
    ...[way, 'relatime', `vers=${version}`, ...sizes, ...hardness, ...plain, ...locks, ...transport, ...ends],
    `addr=${server.address}`,
  ].join(',');
}

export type MountTrouble = 'unresolved' | 'timeout' | 'missing';

/** Mounts an export on the host; gives the reason when that fails. */
export function mountNfs(
  host: LabHost,
  from: { readonly address: string; readonly path: string },
  at: string,
  options = '',
): MountTrouble | undefined {
  if (host.resolve(from.address).length === 0) return 'unresolved';
  const server = nfsServerAt(host, from.address);
  if (!server) return 'timeout';
  const share = server.exports.find((one) => one.offered && one.path === from.path);
  if (!share) return 'missing';
  actAs(undefined, () => host.fs.mount(at, share.files, () => exportAnswers(host, share)));
  host.disks.push({
    mount: at,
    device: `${from.address}:${from.path}`,
    type: version(options) === '3' ? 'nfs' : 'nfs4',
    size: share.size,
    get used() {
      return share.used();
    },
    options: negotiated(host, server, options),
    share,
  });
  return undefined;
}

const version = (options: string): string | undefined => /(?:^|,)(?:nfs)?vers=(\d)/.exec(options)?.[1];

/** Takes a mount away; false when nothing was mounted there. */
export function unmount(host: LabHost, at: string): boolean {
  const index = host.disks.findIndex((disk) => disk.mount === at && disk.share !== undefined);
  if (index < 0) return false;
  host.disks.splice(index, 1);
  actAs(undefined, () => host.fs.unmount(at));
  return true;
}

/** A host that went down has nothing mounted any more. */
export function forgetMounts(host: LabHost): void {
  for (const disk of [...host.disks]) if (disk.share !== undefined) unmount(host, disk.mount);
}
