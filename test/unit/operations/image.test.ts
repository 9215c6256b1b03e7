import { describe, expect, it } from 'vitest';
import {
  cancelImageTransfer,
  createImageDisk,
  finalizeImageTransfer,
  noteImageChecksum,
  openImageTransfer,
  preflightImage,
  removeImageDisk,
  sendImage,
  testImageConnection,
  testImageProxy,
  verifyImage,
} from '../../../activities/image/index.ts';
import type { Image } from '../../../activities/image/params.ts';
import { wishedImage } from '../../../activities/image/source.ts';
import type { OperationContext } from '../../../activities/operation.ts';
import { renderCommand } from '../../../activities/runtime/render-command.ts';
import type { Inventory } from '../../../inventory/schema.ts';
import { uploadIso } from '../../../runbooks/upload-iso.ts';

const context = {} as OperationContext;
const SHA = 'ab'.repeat(32);
const image: Image = {
  name: 'c7.iso',
  domain: 'data1',
  file: '/srv/images/c7.iso',
  size: 1024 ** 3,
  sha256: SHA,
  format: 'iso',
  virtualSize: 1024 ** 3,
  disk: 'd-1',
};
const none = { trace: { begun: false, events: [] } };
const event = { index: 7, severity: 'error', code: 1034, description: 'Image Upload with disk c7.iso failed.' };
const disk = (status: string, more: object = {}) => ({
  disk: {
    id: 'd-1',
    alias: 'c7.iso',
    description: '',
    status,
    provisioned_size: 1024 ** 3,
    content_type: 'iso',
    storage_domains: [],
    ...more,
  },
});
const transfer = (phase: string, more: object = {}) => ({ transfer: { id: 't-1', phase, ...more } });
const lines = (decision: { changes: readonly Parameters<typeof renderCommand>[0][] }) =>
  decision.changes.map(renderCommand);

describe('createImageDisk', () => {
  it('asks for a disk by an id that is the same each time, as block storage takes it', () => {
    const decision = createImageDisk.decide({}, image, context);
    expect(lines(decision)).toEqual([
      'POST /disks {"id":"d-1","name":"c7.iso","provisioned_size":1073741824,"format":"raw","sparse":false,"content_type":"iso","storage_domains":{"storage_domain":[{"name":"data1"}]}}',
    ]);
    expect(decision.undo?.call).toEqual({ operation: 'removeImageDisk', params: { name: 'c7.iso', disk: 'd-1' } });
  });

  it('gives a qcow2 image the size that its guest sees, and room for its file', () => {
    const qcow = { ...image, format: 'qcow2', size: 7_000_000, virtualSize: 11 * 1024 ** 3 } as const;
    expect(lines(createImageDisk.decide({}, qcow, context))[0]).toContain(
      '"provisioned_size":11811160064,"format":"cow","sparse":true,"initial_size":7000000,"content_type":"data"',
    );
  });

  it.each([
    ['ok', {}, 'already'],
    ['locked', {}, 'underWay'],
    ['locked', transfer('transferring'), 'already'],
    ['illegal', {}, 'refused'],
  ])('a disk that is %s %o: %s', (status, more, state) => {
    expect(createImageDisk.decide({ ...disk(status), ...more }, image, context).state).toBe(state);
  });
});

describe('openImageTransfer', () => {
  const decide = (facts: object, of = image) => openImageTransfer.decide({ ...none, ...facts }, of, context);

  it('opens an upload to the disk, which may stand still while another worker comes', () => {
    const request =
      'POST /imagetransfers {"disk":{"id":"d-1"},"direction":"upload","format":"raw","inactivity_timeout":300}';
    expect(lines(decide({}))).toEqual([request]);
    expect(lines(decide(disk('ok')))).toEqual([request]);
    expect(lines(decide(disk('ok'), { ...image, format: 'qcow2' }))[0]).toContain('"format":"cow"');
  });

  it.each([
    ['transferring', 'already'],
    ['initializing', 'underWay'],
    ['resuming', 'underWay'],
    ['paused_system', 'wouldDo'],
  ])('a transfer that is %s: %s', (phase, state) => {
    expect(decide({ ...disk('locked'), ...transfer(phase) }).state).toBe(state);
  });

  it('resumes one that the engine has paused', () => {
    expect(lines(decide({ ...disk('locked'), ...transfer('paused_system') }))).toEqual([
      'POST /imagetransfers/t-1/resume {}',
    ]);
  });

  it('fails with the words of the engine when the transfer that it opened is gone', () => {
    const trace = { begun: true, events: [event] };
    expect(decide({ ...disk('illegal'), trace }).failed?.lines).toEqual([event.description]);
    expect(decide({ trace }).failed?.what).toBe('the transfer ended');
  });
});

describe('finalizeImageTransfer', () => {
  const decide = (facts: object) => finalizeImageTransfer.decide({ ...none, ...facts }, image, context);

  it('is planned before there is a transfer', () => {
    expect(lines(decide({}))).toEqual(['POST /imagetransfers/{id}/finalize {}']);
  });

  it('asks for the end of a transfer, for one that stands still after it goes on', () => {
    expect(lines(decide({ ...disk('locked'), ...transfer('transferring') }))).toEqual([
      'POST /imagetransfers/t-1/finalize {}',
    ]);
    expect(lines(decide({ ...disk('locked'), ...transfer('paused_user') }))).toEqual([
      'POST /imagetransfers/t-1/resume {}',
      'POST /imagetransfers/t-1/finalize {}',
    ]);
  });

  it('lets the disk decide when the engine has forgotten the transfer, as 4.3 does', () => {
    expect(decide(disk('ok'))).toMatchObject({ state: 'already', evidence: ['disk c7.iso is ok'] });
    expect(decide(disk('locked'))).toMatchObject({ state: 'underWay', awaits: 'disk c7.iso is locked' });
    expect(decide(disk('illegal')).failed?.what).toBe('the transfer ended without success: disk c7.iso is illegal');
    expect(decide({ trace: { begun: true, events: [event] } }).failed?.lines).toEqual([event.description]);
  });

  it('waits while the engine works, and tells what it counted', () => {
    expect(decide({ ...disk('locked'), ...transfer('finalizing_success', { transferred: 42 }) })).toMatchObject({
      state: 'underWay',
      evidence: ['disk c7.iso is locked, its image transfer is finalizing_success', 'the engine counted 42 bytes'],
    });
  });
});

describe('the ways back', () => {
  const named = { name: 'c7.iso', disk: 'd-1' };

  it('cancel what is open, in whatever phase, and wait for what ends by itself', () => {
    const decide = (facts: object) => cancelImageTransfer.decide(facts, named, context);
    expect(decide(disk('ok')).state).toBe('already');
    for (const phase of ['initializing', 'transferring', 'paused_system', 'resuming']) {
      expect(lines(decide(transfer(phase)))).toEqual(['POST /imagetransfers/t-1/cancel {}']);
    }
    for (const phase of ['cancelled_user', 'finalizing_cleanup', 'finalizing_success']) {
      expect(decide(transfer(phase)).state).toBe('underWay');
    }
  });

  it('remove the disk, unless the engine does it', () => {
    const decide = (facts: object) => removeImageDisk.decide(facts, named, context);
    expect(lines(decide(disk('ok')))).toEqual(['DELETE /disks/d-1']);
    expect(decide(disk('locked')).state).toBe('underWay');
    expect(decide({}).state).toBe('already');
  });
});

describe('sendImage', () => {
  const decide = (facts: object) => sendImage.decide(facts, image, context);
  const urls = { transfer_url: 'https://host1:54322/images/SECRET', proxy_url: 'https://ovirt:54323/images/SECRET' };

  it('is planned without a transfer, in the words in which it is sent, without the address', () => {
    const line = `PUT {transfer_url}?flush=n < /srv/images/c7.iso (1073741824 bytes); PATCH {transfer_url} {"op":"flush"}; GET {transfer_url} = sha256:${SHA}`;
    expect(lines(decide({}))).toEqual([line]);
    expect(lines(decide(transfer('transferring', urls)))).toEqual([line]);
    const [send] = decide(transfer('transferring', urls)).changes;
    expect(send).toMatchObject({ transfer: 't-1', routes: [urls.transfer_url, urls.proxy_url] });
  });

  it('resumes a transfer that has stood still, and waits for one that is on its way', () => {
    expect(lines(decide(transfer('paused_system')))[0]).toBe('POST /imagetransfers/t-1/resume {}');
    expect(decide(transfer('resuming')).state).toBe('underWay');
  });

  it('has nothing to do where the content is proven', () => {
    expect(decide(disk('ok', { description: `sha256:${SHA}` })).state).toBe('already');
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

describe('noteImageChecksum and verifyImage', () => {
  it('write the checksum that later runs find, and accept nothing without it', () => {
    expect(lines(noteImageChecksum.decide(disk('ok'), image, context))).toEqual([
      `PUT /disks/d-1 {"description":"sha256:${SHA}"}`,
    ]);
    const done = disk('ok', { description: `sha256:${SHA}` });
    expect(noteImageChecksum.decide(done, image, context).state).toBe('already');
    expect(verifyImage.decide(done, image, context).state).toBe('already');
    const wrong = [
      disk('ok'),
      disk('locked', { description: `sha256:${SHA}` }),
      { ...done, ...transfer('transferring') },
      {},
    ];
    for (const facts of wrong) expect(verifyImage.decide(facts, image, context).state).toBe('refused');
    expect(verifyImage.decide(disk('ok', { ...done.disk, provisioned_size: 5 }), image, context).state).toBe('refused');
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
