import { describe, expect, it } from 'vitest';
import { engineIsHealthy, parseVmStatusJson, parseVmStatusText } from '../../../activities/host/parse/vm-status.ts';

const extra = 'metadata_parse_version=1\nhost-id=1\nscore=3400\nstate=EngineUp\nstopped=False\n';

function json(host: Record<string, unknown> = {}, top: Record<string, unknown> = {}): string {
  const one = {
    conf_on_shared_storage: true,
    'live-data': true,
    extra,
    hostname: 'host1.test.local',
    'host-id': 1,
    'engine-status': { health: 'good', vm: 'up', detail: 'Up' },
    score: 3400,
    stopped: false,
    maintenance: false,
    crc32: '8eb75a80',
    local_conf_timestamp: 32488,
    'host-ts': 32487,
    ...host,
  };
  return JSON.stringify({ '1': one, global_maintenance: false, ...top });
}

describe('hosted-engine --vm-status --json', () => {
  it('reads a healthy host', () => {
    const status = parseVmStatusJson(`${json()}\n`);
    expect(status?.globalMaintenance).toBe(false);
    expect(status?.hosts).toEqual([
      {
        hostId: 1,
        hostName: 'host1.test.local',
        live: true,
        vm: 'up',
        health: 'good',
        detail: 'Up',
        score: 3400,
        stopped: false,
        localMaintenance: false,
        state: 'EngineUp',
      },
    ]);
  });

  it.each([
    ['stale data, although the last engine status was good', { 'live-data': false }],
    ['powering down with good health', { 'engine-status': { vm: 'up', health: 'good', detail: 'Powering down' } }],
    ['powering up', { 'engine-status': { vm: 'up', health: 'bad', detail: 'Powering up', reason: 'bad vm status' } }],
    ['down after a crash', { 'engine-status': { vm: 'down_unexpected', health: 'bad', detail: 'Down' } }],
    ['a status of vdsm that cannot be had', { 'engine-status': {} }],
  ])('trap: not healthy: %s', (_what, host) => {
    expect(parseVmStatusJson(json(host))?.hosts.map(engineIsHealthy)).toEqual([false]);
  });

  it('trap: with the broker down 4.3 prints a traceback instead of JSON', () => {
    const traceback =
      'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: Invalid control character at: line 1 column 58 (char 57)\n';
    expect(parseVmStatusJson(traceback)).toBeUndefined();
    expect(parseVmStatusJson("{'1': u'python'}\n")).toBeUndefined();
    expect(parseVmStatusJson('')).toBeUndefined();
  });

  it('reads global maintenance and an empty list of hosts', () => {
    expect(parseVmStatusJson('{"global_maintenance": true}')).toEqual({ globalMaintenance: true, hosts: [] });
  });
});

describe('hosted-engine --vm-status', () => {
  // The article, sections 4.1 and 4.4.
  const block = (engine: string, live: string) => `--== Host host1.test.local (id: 1) status ==--

conf_on_shared_storage             : True
Status up-to-date                  : ${live}
Hostname                           : host1.test.local
Host ID                            : 1
Engine status                      : ${engine}
Score                              : 3400
stopped                            : False
Local maintenance                  : False
Extra metadata (valid at timestamp):
\tscore=3400
\tstate=EngineUp
\tstopped=False
`;
  const good = '{"health": "good", "vm": "up", "detail": "Up"}';

  it('reads by label, whatever the order of the keys', () => {
    const [host] = parseVmStatusText(block(good, 'True')).hosts;
    expect(host).toMatchObject({ hostId: 1, live: true, score: 3400, state: 'EngineUp' });
    const [newer] = parseVmStatusText(block('{"vm": "up", "health": "good", "detail": "Up"}', 'True')).hosts;
    expect([host, newer].map((each) => each !== undefined && engineIsHealthy(each))).toEqual([true, true]);
  });

  it('trap: a stale host shows words in place of the status', () => {
    const [host] = parseVmStatusText(block('unknown stale-data', 'False')).hosts;
    expect(host).toMatchObject({ live: false, vm: 'unknown' });
  });

  it('trap: the banner of global maintenance stands twice', () => {
    const banner = '!! Cluster is in GLOBAL MAINTENANCE mode !!';
    const status = parseVmStatusText(`\n\n${banner}\n\n\n\n${block(good, 'True')}\n\n${banner}\n\n`);
    expect(status.globalMaintenance).toBe(true);
    expect(status.hosts).toHaveLength(1);
  });
});
