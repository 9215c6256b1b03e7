import { engineDisk } from '../../../connectors/engine/model/disk.ts';
import { type EngineStorageDomain, engineStorageDomain } from '../../../connectors/engine/model/storage-domain.ts';
import { engineDiskAttachment } from '../../../connectors/engine/model/vm.ts';
import { quote } from '../../../connectors/quote.ts';
import { engineHosts } from '../../engine/hosts.ts';
import { limited, readAll } from '../../host/read-all.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../../operation.ts';
import { mountPoint } from '../../storage/mount.ts';
import { vmInEngine } from '../facts.ts';
import type { VmParams } from '../params.ts';

interface VolumeFacts {
  /** The host that was asked; absent where none of the inventory is up. */
  readonly host?: string;
  /** A line for each volume of the VM's disks. */
  readonly volumes: readonly string[];
}

/**
 * Tells the volumes of a VM's disks as a host sees them, by lvs and lsblk, on a file server by its files: each snapshot is
 * one more. Changes nothing. (article, section 15: lsblk and lvscan before and after)
 */
export const tellVmVolumes = engineOperation<VmParams, VolumeFacts>({
  name: 'tellVmVolumes',
  title: ({ name }) => `Tell the volumes of ${name}`,
  look,
  decide({ host, volumes }): EngineDecision<undefined> {
    const none = host === undefined ? 'no host of the inventory is up to tell them' : `${host} has no such volume`;
    return { state: 'already', changes: [], evidence: volumes.length > 0 ? volumes : [none] };
  },
});

async function look(context: OperationContext, { name }: VmParams): Promise<VolumeFacts> {
  const engine = context.engine();
  const vm = await vmInEngine(context, name);
  const [hosts, attachments] = await Promise.all([
    engineHosts(context),
    engine.list(`/vms/${vm.id}/diskattachments`, engineDiskAttachment),
  ]);
  const up = hosts.filter(({ status, cluster }) => status === 'up' && cluster?.id === vm.cluster?.id);
  const at = up.find(({ id }) => id === vm.host?.id) ?? up[0];
  const host = at?.inventoryName;
  if (host === undefined) return { volumes: [] };
  const disks = await Promise.all(attachments.map(({ id }) => engine.get(`/disks/${id}`, engineDisk)));
  const groups = [...new Set(disks.flatMap(({ storage_domains }) => storage_domains.map(({ id }) => id)))];
  const domains = await Promise.all(groups.map((id) => engine.get(`/storagedomains/${id}`, engineStorageDomain)));
  const block = domains.filter(({ storage }) => ['fcp', 'iscsi'].includes(storage?.type ?? '')).map(({ id }) => id);
  const meant = attachments.map(({ id }) => id);
  const volumes = await Promise.all([
    ...(block.length > 0 ? [logicalVolumes(context, host, block, meant)] : []),
    ...domains.map((domain) => volumeFiles(context, host, domain, meant)),
  ]);
  return { host, volumes: volumes.flat() };
}

async function logicalVolumes(
  context: OperationContext,
  host: string,
  groups: readonly string[],
  disks: readonly string[],
) {
  const { lvs, lsblk } = await readAll(context.host(host), {
    lvs: limited(['lvs', '--noheadings', '--units', 'g', '-o', 'vg_name,lv_name,lv_size,lv_tags', ...groups]),
    lsblk: limited(['lsblk', '-rno', 'NAME,MAJ:MIN']),
  });
  return volumeLines(lvs.text, lsblk.text, disks);
}

/** On a file server a volume is a file, whose description beside it names the one below. */
async function volumeFiles(
  context: OperationContext,
  host: string,
  { id, storage }: EngineStorageDomain,
  disks: readonly string[],
) {
  if (storage?.address === undefined || storage.path === undefined) return [];
  const { files } = await readAll(context.host(host), {
    files: limited(
      [
        `at=${mountPoint(storage.address, storage.path)}`,
        `cd "$at/"${quote(id)}/images || exit 1`,
        `for meta in ${disks.map((disk) => `${quote(disk)}/*.meta`).join(' ')}`,
        `do [ -f "$meta" ] && echo "$meta" "$(sed -n 's/^PUUID=//p' "$meta")"`,
        'done',
      ].join('; '),
    ),
  });
  return fileLines(files.text);
}

/** `DISK/VOLUME.meta BELOW` */
export function fileLines(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, volume, below] = /^[^/]+\/([0-9a-f-]+)\.meta ([0-9a-f-]+)$/.exec(line) ?? [];
    return volume === undefined ? [] : [`volume ${volume}, ${place(below)}`];
  });
}

/** VDSM names nothing by zeros. */
const place = (below: string | undefined): string =>
  below === undefined || /^[0-]+$/.test(below) ? 'the lowest' : `upon ${below}`;

/**
 * VDSM tags a volume with its disk (`IU_`) and the volume that it lies upon (`PU_`). lsblk shows it while it is active on
 * the host: a volume of a VM that is down, or runs elsewhere, has no device here.
 */
export function volumeLines(lvs: string, lsblk: string, disks: readonly string[]): readonly string[] {
  const devices = new Map(lsblk.split('\n').map((line) => line.trim().split(/\s+/) as [string, string]));
  return lvs.split('\n').flatMap((line) => {
    const [group = '', volume, size, tags = ''] = line.trim().split(/\s+/);
    const disk = disks.find((id) => tags.split(',').includes(`IU_${id}`));
    if (disk === undefined || volume === undefined) return [];
    const below = /(?:^|,)PU_([0-9a-f-]+)/.exec(tags)?.[1];
    const device = devices.get([group, volume].map((name) => name.replaceAll('-', '--')).join('-'));
    return [
      `volume ${volume} of ${size}, ${place(below)}, ${device === undefined ? 'not active' : `active as ${device}`}`,
    ];
  });
}
