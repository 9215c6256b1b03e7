import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import { createVm, preflightVm, setVm } from '../../../activities/vm/index.ts';
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

  it('sends only what differs; its undo gives back what was there before, and nothing else', () => {
    const before = { ...asWished, os: { type: 'other' }, high_availability: { enabled: false, priority: 1 } };
    const former = { ...before, lease: undefined };
    const { state, changes, evidence, undo } = decide(former);
    expect(state).toBe('wouldDo');
    const high_availability = { enabled: true, priority: 100 };
    const body = { os: { type: 'rhel_7x64' }, high_availability, lease: { storage_domain: { id: LEASE } } };
    expect(changes).toEqual([{ request: 'PUT', path: '/vms/7', body }]);
    expect(evidence).toContain('high availability is off instead of on, priority 100');
    expect(undo?.byHand).toBe(
      'in the Administration Portal, set of VM vm1: operating system other, high availability off, lease none',
    );

    const params = undo?.call.params as Parameters<typeof setVm.decide>[1];
    const back = setVm.decide({ vm: asWished }, params, context);
    const was = { os: { type: 'other' }, high_availability: { enabled: false, priority: 1 }, lease: {} };
    expect(back.changes).toEqual([{ request: 'PUT', path: '/vms/7', body: was }]);
    expect(setVm.decide({ vm: former }, params, context).state).toBe('already');
    expect(setVm.decide({}, params, context).state).toBe('already');
  });

  it('gives CPUs back as they were laid out', () => {
    const cpu = { topology: { sockets: 1, cores: 4, threads: 1 } };
    const params = decide({ ...asWished, cpu }).undo?.call.params as Parameters<typeof setVm.decide>[1];
    expect(setVm.decide({ vm: asWished }, params, context).changes).toMatchObject([{ body: { cpu } }]);
  });

  it.each([
    ['more than it will have is guaranteed', { guaranteed: 8192, max: 32768 }, { guaranteed: 4096 }],
    ['it could not grow so far', { guaranteed: 1024, max: 2048 }, { max: 4096 }],
    ['its bounds leave room', { guaranteed: 1024, max: 8192 }, undefined],
  ])('moves the bounds of the memory with it where %s', (_when, had, sent) => {
    const bytes = (bounds: Record<string, number> | undefined) =>
      bounds && Object.fromEntries(Object.entries(bounds).map(([name, mib]) => [name, mib * 2 ** 20]));
    const before = { ...asWished, memory: 8192 * 2 ** 20, memory_policy: bytes(had) };
    const { changes, undo } = decide(before);
    const memory_policy = bytes(sent);
    expect(changes).toEqual([
      { request: 'PUT', path: '/vms/7', body: { memory: asWished.memory, ...(memory_policy && { memory_policy }) } },
    ]);
    const params = undo?.call.params as Parameters<typeof setVm.decide>[1];
    expect(setVm.decide({ vm: asWished }, params, context).changes).toEqual([
      { request: 'PUT', path: '/vms/7', body: { memory: before.memory, memory_policy: before.memory_policy } },
    ]);
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

  it('refuses where no host could run it, or its storage is out of service or too small', () => {
    const full = { available: 15 * 2 ** 30, critical_space_action_blocker: 5 };
    const stored = (attached: string, domain: object) => ({
      name: 'data1',
      facts: { dataCenter: { id: '1', name: 'DC', status: 'up' }, hosts: [], attached, domain },
    });
    const decide = (facts: object) =>
      preflightVm.decide({ missing: [], up: ['host1'], isoDisk: {}, ...facts } as never, place, context);
    const said = (facts: object) => decide(facts).findings?.map(({ what }) => what);
    expect(said({ domains: [stored('maintenance', full)], up: [] })).toEqual([
      'the engine has no cluster C',
      'no host of cluster C is up',
      'storage domain data1 is maintenance in DC',
    ]);
    expect(said({ domains: [stored('active', full)], cluster: { id: '2' } })).toEqual([
      'storage domain data1 has room for 10 GiB (the engine keeps 5 GiB free), the disk is to have 11 GiB',
    ]);
    const enough = { ...full, available: 16 * 2 ** 30 };
    expect(decide({ domains: [stored('active', enough)], cluster: { id: '2' } }).state).toBe('already');
  });

  it('knows the names of the inventory', () => {
    const facts = { domains: [], missing: [], up: ['host1'] };
    expect(() => preflightVm.decide(facts, { ...place, name: 'vm9' }, context)).toThrow(
      'VM vm9: the inventory does not describe it; vms has vm1',
    );
  });
});
