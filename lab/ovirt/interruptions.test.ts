import { describe, expect, it } from 'vitest';
import { hostedEngineLun } from '../worlds/storage.ts';
import { deploy, installPackages, testLab } from './test-lab.ts';

/** Virtual minutes into a deployment, from its first checks to its last wait. */
const moments = [0.5, 3, 8, 13, 17, 19, 22, 26, 30];

describe('a host that loses power during a deployment', () => {
  it.each(moments)('after %d minutes can be deployed again, after cleanup and with the LUN wiped', async (minutes) => {
    const t = await testLab();
    try {
      await t.fast(async () => {
        await installPackages(t.host);
        const going = deploy(t.host);
        await t.lab.clock.sleep(minutes * 60);
        t.host.powerLoss();
        expect((await going).code).toBe(137);
        await t.host.powerOn();
        // Whatever was reached: the tools answer, and nothing of the bootstrap runs.
        expect([0, 1, 2]).toContain((await t.host.run(['hosted-engine', '--vm-status'])).code);
        expect(t.host.libvirt.domains.get('HostedEngineLocal')?.state).not.toBe('running');
        await t.host.run(['ovirt-hosted-engine-cleanup', '-q']);
        const lun = hostedEngineLun(t.lab);
        lun.group = undefined;
        lun.blocks.clear();
        const again = await deploy(t.host);
        expect(again.stdout.slice(-120)).toContain('Hosted Engine successfully deployed');
      });
      expect(t.host.memory.used).toBeLessThan(20 * 2 ** 30);
      expect(t.lab.defects).toEqual([]);
    } finally {
      t.close();
    }
  });
});

/** Virtual seconds from the power button on: its services are being started. */
const starting = [108, 112, 118, 124];

describe('a host that loses power while it boots', () => {
  it.each(starting)('after %d seconds runs nothing until its next boot, and all of it then', async (seconds) => {
    const t = await testLab({ preset: 'deployed', hosts: 2 });
    try {
      await t.fast(async () => {
        t.host.powerLoss();
        void t.host.powerOn();
        await t.lab.clock.sleep(seconds);
        t.host.powerLoss();
        await t.lab.clock.sleep(60);
        expect(t.host.processes.size).toBe(0);
        await t.host.powerOn();
        await t.lab.clock.sleep(60);
      });
      expect(t.host.fs.exists('/var/run/ovirt-hosted-engine-ha/broker.socket')).toBe(true);
      expect(t.lab.defects).toEqual([]);
    } finally {
      t.close();
    }
  });
});
