import { describe, expect, it } from 'vitest';
import { healthy, notHere } from '../ha/engine-status.ts';
import type { HostBlock } from '../ha/metadata.ts';
import { statusJsonLine, statusText } from './text.ts';

const host1: HostBlock = {
  hostId: 1,
  hostname: 'h1.example.com',
  timestamp: 32487,
  score: 3400,
  engine: healthy,
  maintenance: false,
  stopped: false,
  confOnSharedStorage: true,
  localConfTimestamp: 32488,
  state: 'EngineUp',
  writtenAt: Date.UTC(2019, 10, 15, 15, 57, 39),
};
const host2: HostBlock = { ...host1, hostId: 2, hostname: 'h2.example.com', engine: notHere, state: 'EngineDown' };
const both = { globalMaintenance: false, blocks: [host1, host2], alive: new Set([1, 2]) };
const noCrc = (text: string): string => text.replace(/[0-9a-f]{8}$/gm, 'CRC');

describe('hosted-engine --vm-status', () => {
  it('prints a healthy host of 4.3 to the letter', () => {
    expect(noCrc(statusText({ ...both, blocks: [host1] }))).toBe(
      [
        '',
        '',
        '--== Host h1.example.com (id: 1) status ==--',
        '',
        'conf_on_shared_storage             : True',
        'Status up-to-date                  : True',
        'Hostname                           : h1.example.com',
        'Host ID                            : 1',
        'Engine status                      : {"health": "good", "vm": "up", "detail": "Up"}',
        'Score                              : 3400',
        'stopped                            : False',
        'Local maintenance                  : False',
        'crc32                              : CRC',
        'local_conf_timestamp               : 32488',
        'Host timestamp                     : 32487',
        'Extra metadata (valid at timestamp):',
        '\tmetadata_parse_version=1',
        '\tmetadata_feature_version=1',
        '\ttimestamp=32487 (Fri Nov 15 15:57:39 2019)',
        '\thost-id=1',
        '\tscore=3400',
        '\tvm_conf_refresh_time=32488 (Fri Nov 15 15:57:40 2019)',
        '\tconf_on_shared_storage=True',
        '\tmaintenance=False',
        '\tstate=EngineUp',
        '\tstopped=False',
        '',
      ].join('\n'),
    );
  });

  it('puts the global maintenance banner before and after the hosts', () => {
    const text = statusText({ ...both, globalMaintenance: true });
    const banner = '\n\n!! Cluster is in GLOBAL MAINTENANCE mode !!\n\n';
    expect(text.startsWith(banner)).toBe(true);
    expect(text.endsWith(banner)).toBe(true);
    expect(text.split('GLOBAL MAINTENANCE').length).toBe(3);
  });

  it('blanks a stale host in text and not in JSON', () => {
    const stale = { ...both, alive: new Set([1]) };
    expect(statusText(stale)).toContain('Engine status                      : unknown stale-data');
    const json = JSON.parse(statusJsonLine({ ...stale, blocks: [{ ...host2, engine: healthy }] }));
    expect(json['2']['live-data']).toBe(false);
    expect(json['2']['engine-status']).toEqual({ health: 'good', vm: 'up', detail: 'Up' });
  });

  it('prints one JSON line with the keys of 4.3 in their order and the state only inside extra', () => {
    const line = statusJsonLine(both);
    expect(line.endsWith('}\n')).toBe(true);
    expect(line.trimEnd()).not.toContain('\n');
    const json = JSON.parse(line);
    expect(Object.keys(json)).toEqual(['1', '2', 'global_maintenance']);
    expect(Object.keys(json['1'])).toEqual([
      'conf_on_shared_storage',
      'live-data',
      'extra',
      'hostname',
      'host-id',
      'engine-status',
      'score',
      'stopped',
      'maintenance',
      'crc32',
      'local_conf_timestamp',
      'host-ts',
    ]);
    expect(json['1'].extra).toMatch(/state=EngineUp\nstopped=False\n$/);
    expect(line).toContain('"engine-status": {"health": "good", "vm": "up", "detail": "Up"}');
  });

  it('shows a timer as a date of 1970', () => {
    const down: HostBlock = { ...host1, state: 'EngineUnexpectedlyDown', score: 0, timeout: 723 };
    expect(statusText({ ...both, blocks: [down] })).toContain('\ttimeout=Thu Jan  1 00:12:03 1970\n');
  });

  it('gives the block a checksum over its own head', () => {
    const one = statusText(both).match(/crc32 {30}: ([0-9a-f]{8})/)?.[1];
    const two = statusText({ ...both, blocks: [{ ...host1, score: 3000 }] }).match(/crc32 {30}: ([0-9a-f]{8})/)?.[1];
    expect(one).toBeDefined();
    expect(one).not.toBe(two);
  });
});
