import { describe, expect, it } from 'vitest';
import { preflightImage, testImageConnection, testImageProxy } from '../../../activities/image/index.ts';
import { wishedImage } from '../../../activities/image/source.ts';
import type { Inventory } from '../../../inventory/schema.ts';
import { uploadIso } from '../../../runbooks/upload-iso.ts';
import { context, disk, image, SHA, transfer } from './image-facts.ts';

describe('an image of the inventory', () => {
  const isos = [
    { file: 'images/c7.iso', domain: 'data1' },
    { file: '/srv/win.iso', name: 'windows.iso', domain: 'data2' },
    { file: 'images/c7.iso', name: 'c7-copy.iso', domain: 'data2' },
  ];
  const inventory = { isos } as unknown as Inventory;

  it('is found by the name of its disk, else by its file', () => {
    expect(wishedImage(inventory, 'c7.iso')).toBe(isos[0]);
    expect(wishedImage(inventory, 'windows.iso')).toBe(isos[1]);
    expect(wishedImage(inventory, '/srv/win.iso')).toBe(isos[1]);
    expect(wishedImage(inventory, 'win.iso')).toBe(isos[1]);
  });

  it('is refused with those that there are', () => {
    const sentence = 'isos has c7.iso, windows.iso, c7-copy.iso';
    expect(() => wishedImage(inventory, 'c8.iso')).toThrow(
      `image c8.iso: the inventory does not describe it; ${sentence}`,
    );
    expect(() => wishedImage(inventory, 'images/c7.iso')).toThrow('the inventory describes several of them');
  });

  it('locks its storage domain', () => {
    const site = { hosts: [], engine: { cluster: 'c' }, wished: { isos, dataDomains: [], networks: [], vms: [] } };
    expect(uploadIso.locks?.({ file: 'windows.iso' }, site)).toEqual(['storage-domain/data2']);
    expect(uploadIso.locks?.({ file: 'c8.iso' }, site)).toEqual([]);
  });
});

describe('preflightImage', () => {
  const host = { id: 'h', name: 'host1', address: 'a', status: 'up', vms: [] };
  const well = {
    image,
    wish: { file: 'images/c7.iso', domain: 'data1' },
    named: [],
    dataCenter: { id: 'c', name: 'Default', status: 'up' },
    domain: { id: 's', name: 'data1', type: 'data', data_centers: [], available: 2 * 1024 ** 3 },
    attached: 'active',
    hosts: [host],
  };
  const decide = (facts: object) => preflightImage.decide({ ...well, ...facts }, { file: 'c7.iso' }, context);
  const mark = { description: `ISO of the vendor, sha256:${SHA}` };

  it('finds a file that can be sent', () => {
    expect(decide({})).toMatchObject({ state: 'already', output: { image, exists: false } });
  });

  it('finds the image there by name and checksum, whoever brought it and whatever its disk', () => {
    const named = [{ ...disk('ok', mark).disk, id: 'other' }];
    expect(decide({ named, domain: { ...well.domain, available: 0 } })).toMatchObject({
      state: 'already',
      output: { exists: true, image: { disk: 'other' } },
    });
  });

  it('goes on with a disk that an upload has left empty', () => {
    const left = disk('ok');
    expect(decide({ ...left, named: [left.disk] })).toMatchObject({ state: 'already', output: { exists: false } });
  });

  it.each([
    [{ image: { ...image, size: 0 } }, '/srv/images/c7.iso is empty'],
    [{ wish: { ...well.wish, sha256: 'cd'.repeat(32) } }, 'but the inventory expects cdcd'],
    [{ trouble: 'it is qcow of version 9, and oVirt takes 2 and 3' }, 'cannot be uploaded: it is qcow of version 9'],
    [{ domain: undefined }, 'the engine has no storage domain data1'],
    [{ attached: 'maintenance' }, 'storage domain data1 is maintenance'],
    [
      { domain: { ...well.domain, available: 5.5 * 1024 ** 3, critical_space_action_blocker: 5 } },
      'data1 has room for 512 MiB (the engine keeps 5 GiB free), and the image needs 1 GiB',
    ],
    [{ image: { ...image, format: 'raw' } }, 'c7.iso is neither an ISO (no CD001 at byte 32769) nor a qcow2 image'],
    [{ wish: { ...well.wish, format: 'raw' } }, 'c7.iso is an ISO, but isos says format: raw'],
    [{ hosts: [{ ...host, status: 'maintenance' }] }, 'no host is up to write the image'],
    [transfer('paused_system'), 'an image transfer to disk c7.iso is open already, and paused_system'],
    [{ ...disk('illegal'), named: [disk('illegal').disk] }, 'disk c7.iso is illegal: an upload of it failed'],
    [disk('ok', { alias: 'old.iso' }), 'was uploaded as disk old.iso before'],
    [{ named: [{ ...disk('ok').disk, id: 'x' }] }, 'nothing tells whether it has its content'],
    [{ named: [{ ...disk('ok', { provisioned_size: 7 }).disk, id: 'x' }] }, 'exists with other content: 7 bytes'],
    [
      { named: [{ ...disk('ok', { description: `sha256:${'0'.repeat(64)}` }).disk, id: 'x' }] },
      'exists with other content: checksum sha256:0000',
    ],
  ] as [object, string][])('refuses what it sees: %$', (facts, sentence) => {
    const decision = decide(facts);
    expect(decision.state).toBe('refused');
    expect(decision.findings?.map(({ what }) => what).join('; ')).toContain(sentence);
  });
});

describe('the test of the connection', () => {
  const reach = (state: string, finding?: object) => ({
    url: `https://${state}:54322`,
    state,
    why: `it is ${state}`,
    ...(finding && { finding }),
  });
  const bad = { what: 'ovirt shows a certificate of the engine’s own CA', fix: 'add it' };

  it('refuses a proxy that is not to be trusted, not one that is silent', () => {
    const decide = (one: object) => testImageProxy.decide(one as never, {}, context).state;
    expect(['trusted', 'silent', 'untrusted'].map((state) => decide(reach(state)))).toEqual([
      'already',
      'already',
      'refused',
    ]);
  });

  it('needs one way for the bytes', () => {
    const decide = (...all: object[]) => testImageConnection.decide(all as never, { name: 'n', disk: 'd' }, context);
    expect(decide(reach('silent'), reach('trusted')).state).toBe('already');
    const none = decide(reach('silent'), reach('untrusted', bad));
    expect(none.findings?.map(({ what }) => what)).toEqual(['silent:54322 does not answer: it is silent', bad.what]);
    expect(decide().findings?.[0]?.what).toBe('no image transfer is open');
  });
});
