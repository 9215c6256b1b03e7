/**
 * What `hosted-engine --vm-status` prints, as text and as JSON, in the field order of oVirt 4.3 (Python 2).
 * Scripts in the field parse both, so every space counts.
 */
import { statusJson } from '../ha/engine-status.ts';
import type { HostBlock } from '../ha/metadata.ts';
import { blockHead, extraLines } from '../ha/metadata.ts';

/** The shared metadata as one host's broker hands it out. */
export interface StatusView {
  readonly globalMaintenance: boolean;
  readonly blocks: readonly HostBlock[];
  /** Hosts whose data the local agent holds to be fresh. */
  readonly alive: ReadonlySet<number>;
}

const field = (label: string, value: string): string => `${label.padEnd(35)}: ${value}`;
const python = (b: boolean): string => (b ? 'True' : 'False');
const banner = '\n\n!! Cluster is in GLOBAL MAINTENANCE mode !!\n\n';

function hostText(block: HostBlock, live: boolean): string {
  return [
    '',
    '',
    `--== Host ${block.hostname} (id: ${block.hostId}) status ==--`,
    '',
    field('conf_on_shared_storage', python(block.confOnSharedStorage)),
    field('Status up-to-date', python(live)),
    field('Hostname', block.hostname),
    field('Host ID', String(block.hostId)),
    field('Engine status', live ? statusJson(block.engine) : 'unknown stale-data'),
    field('Score', String(block.score)),
    field('stopped', python(block.stopped)),
    field('Local maintenance', python(block.maintenance)),
    field('crc32', blockHead(block).crc32),
    field('local_conf_timestamp', String(block.localConfTimestamp)),
    field('Host timestamp', String(block.timestamp)),
    'Extra metadata (valid at timestamp):',
    ...extraLines(block).map((line) => `\t${line}`),
    '',
  ].join('\n');
}

/** The text form; the maintenance banner stands before and after the hosts. */
export function statusText(view: StatusView): string {
  const frame = view.globalMaintenance ? banner : '';
  return frame + view.blocks.map((b) => hostText(b, view.alive.has(b.hostId))).join('') + frame;
}

/** One JSON line; stale hosts keep their last engine status here, only `live-data` tells. */
export function statusJsonLine(view: StatusView): string {
  const entries = view.blocks.map((block) => {
    const pairs: [string, string][] = [
      ['conf_on_shared_storage', String(block.confOnSharedStorage)],
      ['live-data', String(view.alive.has(block.hostId))],
      ['extra', JSON.stringify(`${extraLines(block).join('\n')}\n`)],
      ['hostname', JSON.stringify(block.hostname)],
      ['host-id', String(block.hostId)],
      ['engine-status', statusJson(block.engine)],
      ['score', String(block.score)],
      ['stopped', String(block.stopped)],
      ['maintenance', String(block.maintenance)],
      ['crc32', JSON.stringify(blockHead(block).crc32)],
      ['local_conf_timestamp', String(block.localConfTimestamp)],
      ['host-ts', String(block.timestamp)],
    ];
    return `"${block.hostId}": {${pairs.map(([k, v]) => `"${k}": ${v}`).join(', ')}}`;
  });
  entries.push(`"global_maintenance": ${view.globalMaintenance}`);
  return `{${entries.join(', ')}}\n`;
}
