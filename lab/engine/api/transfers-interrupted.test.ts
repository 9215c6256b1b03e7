import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonOn } from '../../imageio/daemon.ts';
import { restartEngineService, runningOn } from '../../ovirt/engine-vm.ts';
import { events } from '../../worlds/events.ts';
import type { Json } from './test-client.ts';
import { MiB, TransferLab } from './transfer-lab.ts';

describe('image transfers that are interrupted', () => {
  let lab: TransferLab;
  beforeAll(async () => {
    lab = await TransferLab.open();
  });
  afterAll(() => lab.close());

  it('are paused when their client falls asleep, and resumed', async () => {
    const disk = await lab.newDisk();
    const transfer = await lab.begin(disk, { inactivity_timeout: 1 });
    await lab.put(String(transfer.transfer_url), 0, randomBytes(MiB));
    // Real seconds: how long a client idles is no simulated time.
    await expect
      .poll(
        async () => {
          await lab.served.t.fast(() => lab.served.t.lab.clock.sleep(3));
          return lab.phase(transfer.id);
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe('paused_system');
    expect((await lab.codes())[0]).toBe(1071);
    await lab.put(String(transfer.transfer_url), MiB, randomBytes(MiB));
    await lab.call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    await lab.reaches(transfer.id, 'transferring');
    const again = await lab.call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    expect([again.status, again.fault?.detail]).toEqual([
      'failed',
      "[Cannot resume image transfer as it's not in a paused state.]",
    ]);
    await lab.call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await lab.vanishes(transfer.id);
  });

  it('lose their ticket with the daemon: no resuming helps then', async () => {
    const disk = await lab.newDisk();
    const transfer = await lab.begin(disk, { inactivity_timeout: 600 });
    const url = String(transfer.transfer_url);
    const host = [...lab.served.t.lab.hosts.values()].find((one) =>
      daemonOn(one)?.tickets.has(url.split('/').at(-1) ?? ''),
    );
    if (!host) throw new Error('no host has the ticket');
    const kill = await events['imageio-kill']?.(lab.served.t.lab, {
      target: 'imageio',
      action: 'imageio-kill',
      afterBytes: MiB,
    });
    expect(kill).toBe(`the image daemon of ${host.name} dies when ${MiB} more bytes are written`);
    await expect(lab.put(url, 0, randomBytes(4 * MiB))).rejects.toThrow();
    await lab.served.until('systemd has started it again', () => daemonOn(host) !== undefined, 1);
    expect((await lab.put(url, 0, Buffer.from('x'))).status).toBe(403);
    await lab.reaches(transfer.id, 'paused_system');
    expect(await lab.codes()).toContain(1065);
    await lab.call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    await lab.reaches(transfer.id, 'transferring');
    await lab.reaches(transfer.id, 'paused_system');
    expect((await lab.put(url, 0, Buffer.from('x'))).status).toBe(403);
    expect(await lab.status(disk.id)).toBe('locked');
    await lab.call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await lab.vanishes(transfer.id);
  });

  it('are paused when the engine loses the host, whose daemon goes on', async () => {
    const disk = await lab.newDisk();
    const transfer = await lab.begin(disk, { inactivity_timeout: 600 });
    const url = String(transfer.transfer_url);
    const action = 'transfer-pause-system';
    await lab.served.t.fast(async () => events[action]?.(lab.served.t.lab, { target: 'imageio', action }));
    expect(await lab.phase(transfer.id)).toBe('paused_system');
    expect((await lab.put(url, 0, randomBytes(MiB))).status).toBe(200);
    await lab.call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    await lab.reaches(transfer.id, 'transferring');
    await lab.call('POST', `/imagetransfers/${transfer.id}/finalize`, {});
    await lab.vanishes(transfer.id);
    expect(await lab.status(disk.id)).toBe('ok');
  });

  it('outlive the engine, which keeps their disks locked', async () => {
    const disk = await lab.newDisk();
    const transfer = await lab.begin(disk, { inactivity_timeout: 600 });
    const host = runningOn(lab.served.t.lab)?.host;
    if (!host) throw new Error('no engine');
    const maintenance = await lab.call('POST', `/hosts/${transfer.host?.id}/deactivate`, {});
    expect(maintenance.fault?.detail).toContain(
      `Image transfer is in progress for the following (1) disks: \n\n ${disk.id} \n\n`,
    );
    const [center] = (await lab.call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
    const [domain] = (await lab.call('GET', '/storagedomains?search=name%3Dhosted_storage'))
      .storage_domain as unknown as Json[];
    const domainPath = `/datacenters/${center?.id}/storagedomains/${domain?.id}/deactivate`;
    expect((await lab.call('POST', domainPath, {})).fault?.detail).toBe(
      '[Cannot deactivate Storage. Please pause or cancel all active disk uploads and downloads first.]',
    );
    const late = await lab.ask('late');
    restartEngineService(host);
    expect((await lab.put(String(transfer.transfer_url), 0, randomBytes(MiB))).status).toBe(200);
    await lab.served.until('the engine is back', () => runningOn(lab.served.t.lab)?.record.engine === true);
    await lab.served.client.login(lab.served.t.lab.secrets.enginePassword);
    expect([await lab.status(disk.id), await lab.status(late.id)]).toEqual(['locked', 'ok']);
    await lab.reaches(transfer.id, 'transferring');
    expect((await lab.put(String(transfer.transfer_url), MiB, randomBytes(MiB))).status).toBe(200);
    await lab.call('POST', `/imagetransfers/${transfer.id}/finalize`, {});
    await lab.vanishes(transfer.id);
    expect(await lab.status(disk.id)).toBe('ok');
    expect(lab.served.t.lab.defects).toEqual([]);
  });
});
