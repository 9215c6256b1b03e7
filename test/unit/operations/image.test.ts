import { describe, expect, it } from 'vitest';
import {
  cancelImageTransfer,
  createImageDisk,
  finalizeImageTransfer,
  noteImageChecksum,
  openImageTransfer,
  removeImageDisk,
  sendImage,
  verifyImage,
} from '../../../activities/image/index.ts';
import { context, disk, event, image, lines, none, SHA, transfer } from './image-facts.ts';

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
    const line = `PUT {transfer_url}?flush=y < /srv/images/c7.iso (1073741824 bytes); GET {transfer_url} = sha256:${SHA}`;
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
