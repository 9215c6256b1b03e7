import { describe, expect, it } from 'vitest';
import { NO_ENGINE } from './ha-hosts.ts';
import { decide, found, good, site } from './preflight-facts.ts';
import { LUN } from './site.ts';

describe('a host that is ready', () => {
  it('passes, and says what later steps build on', () => {
    expect(decide({ host: good })).toMatchObject({
      state: 'already',
      changes: [],
      output: {
        hostName: 'host1.test.local',
        hostAddress: '172.20.32.11',
        managementInterface: 'em1',
        gateway: '172.20.32.32',
        dnsServers: ['172.20.32.2'],
        lun: { wwid: LUN, size: '150G', vendor: 'DELL', product: 'MD38xxf', paths: 2, dm: 'dm-3' },
        vcpusAvailable: 32,
        memoryMiB: 62548,
      },
    });
  });

  it('passes with what the inventory fixes', () => {
    const inventory = site({
      engine: { mac: '00:16:3e:00:00:01', dns: ['172.20.32.9'], gateway: '172.20.32.1' },
      host: { managementInterface: 'em1' },
    });
    expect(decide({ host: good }, inventory).output).toMatchObject({
      mac: '00:16:3e:00:00:01',
      dnsServers: ['172.20.32.9'],
      gateway: '172.20.32.1',
    });
  });
});

describe('what is no reason to refuse', () => {
  it('another host that does not answer', () => {
    const decision = decide({ host: good, others: [{ name: 'host2', unreachable: 'no route' }] });
    expect(decision.state).toBe('already');
    expect(decision.evidence).toContain('host2 could not be asked for an engine: no route');
  });

  it('a release package that is installed already', () => {
    const releaseAnswer = { url: 'http://x/y.rpm', text: 'HTTP/1.1 404 Not Found\r\n' };
    expect(found({ releaseInstalled: true, releaseAnswer })).toEqual([]);
  });

  it('the wished engine, which runs on this host and uses memory, disk and LUN', () => {
    const engine = {
      ...NO_ENGINE,
      deployed: true,
      fqdn: 'ovirt.test.local',
      bridge: true,
      running: ['vdsmd'],
      status: { globalMaintenance: false, hosts: [] },
    };
    const host = {
      ...good,
      engine,
      memory: { totalMiB: 20000, usableMiB: 2000 },
      lun: { ...good.lun, volumeGroup: '2639f482', signatures: ['LVM2_member'] },
    };
    expect(decide({ host })).toMatchObject({
      state: 'already',
      output: { deployed: true, managementInterface: 'em1' },
    });
  });
});
