import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import { createVm, preflightVm, runVm } from '../../../activities/vm/index.ts';
import type { EngineVm } from '../../../connectors/engine/model/vm.ts';

const wish = {
  name: 'vm1',
  memoryMiB: 4096,
  vcpus: 2,
  os: 'rhel_7x64',
  disk: { sizeGiB: 11, domain: 'data1', format: 'thin', interface: 'virtio_scsi' },
  networks: ['net'],
  iso: 'c7.iso',
  highAvailability: { priority: 'high', lease: 'data1' },
  console: 'vnc',
};
const context = { inventory: { vms: [wish] } } as unknown as OperationContext;
const place = { name: 'vm1', dataCenter: 'DC', cluster: 'C' };
const LEASE = 'd0';
const asWished = {
  id: '7',
  name: 'vm1',
  status: 'up',
  memory: 4096 * 2 ** 20,
  cpu: { topology: { sockets: 1, cores: 2, threads: 1 } },
  os: { type: 'rhel_7x64' },
  high_availability: { enabled: true, priority: 100 },
  lease: { storage_domain: { id: LEASE } },
} satisfies EngineVm;

describe('createVm', () => {
  const decide = (vm?: EngineVm) => createVm.decide({ ...(vm && { vm }), lease: LEASE }, place, context);

  it('makes one from Blank with its priority and lease, and boots from CD while the disk is empty', () => {
    const { state, changes, undo } = decide();
    expect([state, undo?.call]).toEqual(['wouldDo', { operation: 'removeVm', params: { name: 'vm1' } }]);
    expect(changes).toEqual([
      {
        request: 'POST',
        path: '/vms',
        body: expect.objectContaining({
          template: { name: 'Blank' },
          memory: 4096 * 2 ** 20,
          high_availability: { enabled: true, priority: 100 },
          lease: { storage_domain: { id: LEASE } },
          os: { type: 'rhel_7x64', boot: { devices: { device: ['hd', 'cdrom'] } } },
        }),
      },
    ]);
  });

  it('counts CPUs however they are laid out, and leaves what is as wished', () => {
    expect(decide(asWished)).toMatchObject({ state: 'already', changes: [] });
  });

  it('sends only what differs, and says what it was', () => {
    const { state, changes, leaves } = decide({ ...asWished, high_availability: { enabled: true, priority: 1 } });
    expect(state).toBe('wouldDo');
    const body = { high_availability: { enabled: true, priority: 100 } };
    expect(changes).toEqual([{ request: 'PUT', path: '/vms/7', body }]);
    expect(leaves?.what).toContain('high availability is on, priority 1 instead of on, priority 100');
  });

  it('waits for one that is locked', () => {
    expect(decide({ ...asWished, status: 'image_locked' }).state).toBe('underWay');
  });
});

describe('preflightVm', () => {
  it('names each thing that is missing with the runbook that brings it about', () => {
    const domain = { dataCenter: { id: '1', name: 'DC', status: 'up' }, hosts: [] };
    const facts = {
      domains: [{ name: 'data1', facts: domain }],
      missing: ['net'],
      up: ['host1'],
      cluster: { id: '2' },
    };
    const { state, findings } = preflightVm.decide(facts, place, context);
    expect(state).toBe('refused');
    expect(findings?.map(({ what, fix }) => `${what}: ${fix}`)).toEqual([
      'the engine has no storage domain data1: Bring it about with attachStorageDomain',
      'the engine has no network net in data center DC: Bring it about with createLogicalNetwork',
      'the engine has no image c7.iso: Bring it about with uploadIso',
    ]);
  });

  it('knows the names of the inventory', () => {
    const facts = { domains: [], missing: [], up: ['host1'] };
    expect(() => preflightVm.decide(facts, { ...place, name: 'vm9' }, context)).toThrow(
      'VM vm9: the inventory does not describe it; vms has vm1',
    );
  });
});

describe('runVm', () => {
  const decide = (status: string, codes: readonly number[] = []) => {
    const events = codes.map((code, index) => ({ code, index, severity: 'error', description: `event ${code}` }));
    return runVm.decide(
      { vm: { ...asWished, status }, trace: { begun: codes.length > 0, events } },
      { name: 'vm1' },
      context,
    );
  };

  it.each([
    ['up', 'already'],
    ['powering_up', 'underWay'],
    ['image_locked', 'underWay'],
    ['down', 'wouldDo'],
    ['not_responding', 'refused'],
  ])('%s is %s', (status, state) => {
    expect(decide(status).state).toBe(state);
  });

  it('ends with the lines of a start that failed', () => {
    expect(decide('down', [54]).failed).toEqual({ what: 'VM vm1 did not start', lines: ['event 54'] });
  });

  it('shows in a plan what it would send to a VM that is still to be made', () => {
    const { state, changes } = runVm.decide({ trace: { begun: false, events: [] } }, { name: 'vm1' }, context);
    expect([state, changes]).toEqual(['refused', [{ request: 'POST', path: '/vms/{vm1}/start', body: {} }]]);
  });
});
