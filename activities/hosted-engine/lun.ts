import { quote } from '../../connectors/quote.ts';
import { type BlockDevice, parseLsblk, parseSignatures, parseVolumeGroup } from '../host/parse/block-device.ts';
import { type MultipathMap, parseMultipath } from '../host/parse/multipath.ts';
import { limited, type Read, type ReadResult } from '../host/read-all.ts';
import type { Finding } from '../operation.ts';
import type { LunFacts } from './params.ts';

export interface LunState {
  readonly wwid: string;
  readonly map?: MultipathMap;
  readonly volumeGroup?: string;
  readonly signatures: readonly string[];
  readonly children: readonly BlockDevice[];
}

type LunReads = 'multipath' | 'lsblk' | 'pvs' | 'wipefs';

/** Reads what the LUN is and what is on it; without `-a`, wipefs only lists. */
export function lunReads(wwid: string): Record<LunReads, Read> {
  // With user_friendly_names the map has another name than its WWID.
  const find = `d=/dev/mapper/${quote(wwid)}; [ -e "$d" ] || d=/dev/disk/by-id/dm-uuid-mpath-${quote(wwid)}`;
  return {
    // A LUN whose paths are all gone queues what is read from it, without end.
    multipath: limited(['multipath', '-ll']),
    lsblk: limited(`${find}; lsblk -P -b -o NAME,TYPE,FSTYPE,MOUNTPOINT "$d"`),
    pvs: limited(`${find}; pvs --noheadings -o vg_name "$d"`),
    wipefs: limited(`${find}; wipefs -p "$d"`),
  };
}

export function parseLun(wwid: string, answers: Record<LunReads, ReadResult>): LunState {
  const map = parseMultipath(answers.multipath.text).find((candidate) => candidate.wwid === wwid);
  const volumeGroup = answers.pvs.code === 0 ? parseVolumeGroup(answers.pvs.text) : undefined;
  const devices = parseLsblk(answers.lsblk.text);
  return {
    wwid,
    ...(map !== undefined && { map }),
    ...(volumeGroup !== undefined && { volumeGroup }),
    signatures: [...new Set([...parseSignatures(answers.wipefs.text), ...devices.slice(0, 1).map((d) => d.fileSystem)])]
      .filter(Boolean)
      .map(String),
    children: devices.slice(1),
  };
}

export function lunFacts({ wwid, map }: LunState): LunFacts | undefined {
  if (map === undefined) return undefined;
  const { size, vendor, product, dm, paths } = map;
  return { wwid, size, vendor, product, dm, paths: paths.filter(({ usable }) => usable).length };
}

/** What is on the LUN, in words; empty when nothing is. The engine refuses a LUN that carries anything. */
export function lunContent({ volumeGroup, signatures, children }: LunState): readonly string[] {
  const mounted = children.filter(({ mountPoint }) => mountPoint !== '').map((d) => `${d.name} at ${d.mountPoint}`);
  const parts = children.filter(({ type }) => type === 'part').map(({ name }) => name);
  return [
    ...(volumeGroup === undefined ? [] : [`volume group ${volumeGroup}`]),
    ...(signatures.length === 0 ? [] : [`signature ${signatures.join(', ')}`]),
    ...(parts.length === 0 ? [] : [`partitions ${parts.join(', ')}`]),
    ...(mounted.length === 0 ? [] : [`mounted: ${mounted.join(', ')}`]),
  ];
}

/** How a person empties the LUN; no runbook does. */
export function wipeByHand({ wwid, volumeGroup }: LunState): string {
  const group = volumeGroup === undefined ? '' : `vgremove -f ${volumeGroup}; `;
  return `${group}wipefs -a /dev/mapper/${wwid}`;
}

export function dirtyLun(lun: LunState, host: string): readonly Finding[] {
  const content = lunContent(lun);
  if (content.length === 0) return [];
  return [
    {
      what: `LUN ${lun.wwid} on ${host} is not empty: ${content.join('; ')}`,
      fix: `Make sure that nothing needs what is on it, then on ${host}: ${wipeByHand(lun)}`,
    },
  ];
}
