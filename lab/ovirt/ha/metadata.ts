import { crc32 } from 'node:zlib';
import type { EngineStatus } from './engine-status.ts';
import { statusJson } from './engine-status.ts';
import type { StateName } from './states.ts';

/** One host's block in the shared metadata volume, as its agent last wrote it. */
export interface HostBlock {
  readonly hostId: number;
  readonly hostname: string;
  /** The writer's monotonic clock, never the time of day. */
  readonly timestamp: number;
  readonly score: number;
  readonly engine: EngineStatus;
  readonly maintenance: boolean;
  readonly stopped: boolean;
  readonly confOnSharedStorage: boolean;
  readonly localConfTimestamp: number;
  readonly state: StateName;
  /** Seconds on the writer's monotonic clock at which the state's timer ends. */
  readonly timeout?: number;
  /** Time of day when the block was written, in ms since the epoch: only for the dates in parentheses. */
  readonly writtenAt: number;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date as C's ctime writes it. */
export function ctime(ms: number): string {
  const d = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = String(d.getUTCDate()).padStart(2, ' ');
  const time = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  return `${days[d.getUTCDay()]} ${months[d.getUTCMonth()]} ${day} ${time} ${d.getUTCFullYear()}`;
}

const python = (b: boolean): string => (b ? 'True' : 'False');

/** The human-readable half of a block. `timeout` shows 1970 because a monotonic value is formatted as a date. */
export function extraLines(block: HostBlock): string[] {
  const { timestamp, localConfTimestamp, writtenAt } = block;
  const confAt = writtenAt + (localConfTimestamp - timestamp) * 1000;
  const lines = [
    'metadata_parse_version=1',
    'metadata_feature_version=1',
    `timestamp=${timestamp} (${ctime(writtenAt)})`,
    `host-id=${block.hostId}`,
    `score=${block.score}`,
    `vm_conf_refresh_time=${localConfTimestamp} (${ctime(confAt)})`,
    `conf_on_shared_storage=${python(block.confOnSharedStorage)}`,
    `maintenance=${python(block.maintenance)}`,
    `state=${block.state}`,
    `stopped=${python(block.stopped)}`,
  ];
  if (block.timeout !== undefined) lines.push(`timeout=${ctime(block.timeout * 1000)}`);
  return lines;
}

/** The pipe-separated head of a block; its checksum is taken with the checksum field at zeros. */
export function blockHead(block: HostBlock): { text: string; crc32: string } {
  const tokens = (crc: string): string =>
    [
      1,
      1,
      block.timestamp,
      block.hostId,
      block.score,
      statusJson(block.engine),
      block.hostname,
      block.maintenance ? 1 : 0,
      block.stopped ? 1 : 0,
      crc,
      block.confOnSharedStorage ? 1 : 0,
      block.localConfTimestamp,
    ].join('|');
  const sum = crc32(tokens('00000000')).toString(16).padStart(8, '0');
  return { text: tokens(sum), crc32: sum };
}
