import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineLab, startEngineLab } from './engine-lab.ts';

let lab: EngineLab;
beforeAll(async () => {
  lab = await startEngineLab();
});
afterAll(() => lab?.close());

const NAME = 'ovirtvm-vlan432';
const place = { name: NAME, dataCenter: 'Datacenter1', cluster: 'Cluster1' };
const on = (host: string) => ({ ...place, host });
const CHANGES = /^(POST|PUT|DELETE) .*\/api\//;
const anonymous = (lines: readonly string[] = []) => lines.map((line) => line.replace(/[-0-9a-f]{36}/g, 'ID'));

/** Twice: the second time nothing may be left to do. */
async function bring(operation: string, params: object): Promise<readonly string[]> {
  const planned = await lab.perform(operation, 'check', params);
  const { result } = await lab.insist(operation, params);
  expect(result.commands).toEqual(planned.commands);
  expect(await lab.perform(operation, 'check', params)).toMatchObject({ state: 'already', commands: [] });
  return anonymous(result.commands);
}

describe('a logical network', () => {
  it('is checked on every host before anything is there', async () => {
    const found = await lab.perform('preflightNetwork', 'check', place);
    expect(found).toMatchObject({
      state: 'already',
      output: { exists: false, differences: [], hosts: ['host1', 'host2'], management: false },
      evidence: [
        `the engine has no network ${NAME}`,
        'host1 is up in the engine, bond1 up',
        'host2 is up in the engine, bond1 up',
      ],
    });
  });

  it('is made, brought into the cluster not required, and onto the bond of a host', async () => {
    expect(await bring('createNetwork', place)).toEqual([
      `POST /networks {"name":"${NAME}","data_center":{"name":"Datacenter1"},"vlan":{"id":432},"usages":{"usage":["vm"]},"mtu":1500}`,
    ]);
    expect(await bring('attachNetwork', place)).toEqual([
      `POST /clusters/ID/networks {"name":"${NAME}","required":false}`,
    ]);
    expect(await lab.perform('createVnicProfile', 'check', place)).toMatchObject({ state: 'already' });
    expect(await bring('setUpNetwork', on('host2'))).toEqual([
      `POST /hosts/ID/setupnetworks {"modified_network_attachments":{"network_attachment":[{"network":{"name":"${NAME}"},"host_nic":{"name":"bond1"}}]},"check_connectivity":true,"connectivity_timeout":120,"commit_on_success":true}`,
    ]);
    expect(await lab.perform('verifyNetwork', 'check', on('host2'))).toMatchObject({
      state: 'already',
      evidence: [
        `host2 has ${NAME} on bond1, in sync`,
        'unmanaged networks: none',
        `VDSM has written ifcfg-bond1.432 and ifcfg-${NAME}`,
      ],
    });
    await expect(lab.perform('verifyNetwork', 'check', on('host1'))).resolves.toMatchObject({
      state: 'refused',
      findings: expect.arrayContaining([
        expect.objectContaining({ what: `host1: the engine does not see ${NAME} there` }),
        expect.objectContaining({ what: 'host1: there is no ifcfg-bond1.432' }),
      ]),
    });
  });

  it('is told where it differs from what is wished, and put right', async () => {
    await lab.control.event({ target: 'engine', action: 'edit-network', network: NAME, mtu: 9000, vlan: 433 });
    const found = await lab.perform('preflightNetwork', 'check', place);
    expect(found.output).toMatchObject({
      differences: [
        'its VLAN is 433 instead of 432',
        'its MTU is 9000 instead of 1500',
        'on host2 mtu is 1500 instead of 9000',
        'on host2 vlan is 432 instead of 433',
      ],
    });
    const { undo } = await lab.perform('createNetwork', 'check', place);
    expect(await bring('createNetwork', place)).toEqual(['PUT /networks/ID {"vlan":{"id":432},"mtu":1500}']);
    const { operation = '', params = {} } = undo?.call ?? {};
    // The engine brings the change to the host behind its answer, so the attempt that sees it there may not be the one that asked.
    await lab.insist(operation, params, { pass: 'undo' });
    expect((await lab.perform('preflightNetwork', 'check', place)).output).toMatchObject({
      differences: expect.arrayContaining(['its VLAN is 433 instead of 432', 'its MTU is 9000 instead of 1500']),
    });
    expect(await lab.host('host2', 'ip -o link show bond1.433')).toContain('mtu 9000');
    // Someone's edit that did not come to the host.
    await lab.control.event({ target: 'engine', action: 'edit-network', network: NAME, mtu: 1500, vlan: 432 });
    expect(await bring('setUpNetwork', { ...on('host2') })).toEqual([
      expect.stringMatching(/^POST \/hosts\/ID\/setupnetworks \{"synchronized_network_attachments"/),
    ]);
    expect(await lab.perform('verifyNetwork', 'check', on('host2'))).toMatchObject({ state: 'already' });
  });

  it('is required in the cluster once every host has it', async () => {
    await bring('setUpNetwork', on('host1'));
    expect(await bring('requireNetwork', { ...place, required: true })).toEqual([
      'PUT /clusters/ID/networks/ID {"required":true}',
    ]);
    expect(await bring('requireNetwork', { ...place, required: false })).toEqual([
      'PUT /clusters/ID/networks/ID {"required":false}',
    ]);
  });

  it('is rolled back by the engine on a host that loses its link, told with what it means, and sent once', async () => {
    await bring('takeNetworkOff', on('host1'));
    await lab.control.fault({ target: 'host1', kind: 'switch-guards-bridges' });
    const since = await lab.control.now();
    const attempt = { step: { id: 'lost' } };
    const lost = {
      type: 'VerificationFailed',
      message: expect.stringMatching(/^Set up \S+ on host1: the networks of host1 could not be set up/),
      details: [
        expect.objectContaining({
          diagnosis: 'lost-link',
          lines: expect.arrayContaining([expect.stringContaining('Reverting back to last known saved configuration')]),
        }),
      ],
    };
    await expect(lab.perform('setUpNetwork', 'apply', on('host1'), attempt)).rejects.toMatchObject(lost);
    await expect(lab.perform('setUpNetwork', 'apply', on('host1'), { ...attempt, attempt: 2 })).rejects.toMatchObject({
      type: 'VerificationFailed',
    });
    expect(await lab.requests(since, CHANGES)).toHaveLength(1);
    expect(await lab.host('host1', 'ls /sys/class/net 2>/dev/null; ip -o link')).not.toContain(NAME);
    expect(await lab.perform('takeNetworkOff', 'check', on('host1'))).toMatchObject({ state: 'already' });
  });

  it('is refused where the bond, the tag or a file of somebody stands in the way', async () => {
    await lab.host('host1', `printf 'DEVICE=bond1.432\\n' >/etc/sysconfig/network-scripts/ifcfg-bond1.432`);
    const found = await lab.perform('preflightNetwork', 'check', place);
    expect(found.findings?.map(({ what }) => what)).toEqual(['host1 has ifcfg-bond1.432, not written by VDSM']);
    await lab.host('host1', 'rm /etc/sysconfig/network-scripts/ifcfg-bond1.432');
    await expect(lab.perform('preflightNetwork', 'check', { ...place, hosts: ['host9'] })).rejects.toMatchObject({
      type: 'NotFound',
      message: 'host host9: cluster Cluster1 has no host of its name or address',
    });
    await expect(lab.perform('preflightNetwork', 'check', { ...place, cluster: 'Nowhere' })).rejects.toMatchObject({
      message: 'cluster Nowhere: the engine has none of this name',
    });
  });

  it('is taken back in the right order; the engine refuses the wrong one', async () => {
    expect(await bring('takeNetworkOff', on('host2'))).toEqual([
      expect.stringMatching(/^POST \/hosts\/ID\/setupnetworks \{"removed_network_attachments"/),
    ]);
    expect(await bring('detachNetwork', place)).toEqual(['DELETE /clusters/ID/networks/ID']);
    expect(await bring('removeNetwork', place)).toEqual(['DELETE /networks/ID']);
    expect(await lab.perform('setNetwork', 'check', { ...place, settings: { mtu: 1500, vm: true } })).toMatchObject({
      state: 'already',
    });
  });
});
