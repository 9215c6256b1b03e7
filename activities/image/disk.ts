import type { JsonObject } from '../../failures/operator-error.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { checksumMark, type DiskFacts, diskFacts, diskWords, markedChecksum } from './facts.ts';
import type { Image, ImageDisk } from './params.ts';

/**
 * Makes the disk of an image, empty; leaves it `ok`. Asked for again it is the same disk, by its id.
 * (article, section 12; engine, POST /disks)
 */
export const createImageDisk = engineOperation<Image, DiskFacts>({
  name: 'createImageDisk',
  title: ({ name, domain }) => `Create the disk ${name} on ${domain}`,
  settleSeconds: 600,
  look: (context, { disk }) => diskFacts(context, disk),
  decide(facts, image): EngineDecision<undefined> {
    const { name, domain, disk: id } = image;
    const evidence = [diskWords(name, facts)];
    const undo = {
      title: `Remove the disk ${name}`,
      call: { operation: 'removeImageDisk', params: { name, disk: id } },
      byHand: `remove disk ${name} of storage domain ${domain} in the Administration Portal, under Storage, Disks`,
    };
    const { disk, transfer } = facts;
    if (disk === undefined) {
      const changes = [{ request: 'POST' as const, path: '/disks', body: diskBody(image) }];
      return { state: 'wouldDo', changes, evidence, awaits: `the storage makes disk ${name}`, undo };
    }
    // An open transfer locks its disk: that is a state to go on from.
    if (disk.status === 'ok' || transfer !== undefined) return { state: 'already', changes: [], evidence };
    if (disk.status === 'locked') {
      return { state: 'underWay', changes: [], evidence, awaits: `disk ${name} is locked`, undo };
    }
    const what = `disk ${name} is ${disk.status}`;
    const fix = 'Remove it in the Administration Portal, under Storage, Disks; then retry';
    return { state: 'refused', changes: [], evidence, findings: [{ what, fix }] };
  },
});

/** The engine's words for the disk; block storage takes raw images preallocated only, qcow2 ones growing only. */
function diskBody({ name, domain, size, format, virtualSize, disk }: Image): JsonObject {
  const qcow = format === 'qcow2';
  return {
    id: disk,
    name,
    provisioned_size: virtualSize,
    format: qcow ? 'cow' : 'raw',
    sparse: qcow,
    // What the file takes on the storage, which is not what the guest sees.
    ...(qcow && { initial_size: size }),
    content_type: format === 'iso' ? 'iso' : 'data',
    storage_domains: { storage_domain: [{ name: domain }] },
  };
}

/** Removes a disk with its content; leaves none of its id. (engine, DELETE /disks/{id}) */
export const removeImageDisk = engineOperation<ImageDisk, DiskFacts>({
  name: 'removeImageDisk',
  title: ({ name }) => `Remove the disk ${name}`,
  settleSeconds: 600,
  look: (context, { disk }) => diskFacts(context, disk),
  decide(facts, { name, disk: id }): EngineDecision<undefined> {
    const evidence = [diskWords(name, facts)];
    if (facts.disk === undefined) return { state: 'already', changes: [], evidence };
    // A cancelled upload takes its disk with it.
    if (facts.disk.status === 'locked' || facts.transfer !== undefined) {
      return { state: 'underWay', changes: [], evidence, awaits: diskWords(name, facts) };
    }
    return { state: 'wouldDo', changes: [{ request: 'DELETE', path: `/disks/${id}` }], evidence };
  },
});

/**
 * Notes the proven checksum of an image in the description of its disk, by which later runs know that it is there.
 * (engine, PUT /disks/{id}, for disks that no VM has)
 */
export const noteImageChecksum = engineOperation<Image, DiskFacts>({
  name: 'noteImageChecksum',
  title: ({ name }) => `Note the checksum of ${name}`,
  settleSeconds: 60,
  look: (context, { disk }) => diskFacts(context, disk),
  decide(facts, { name, disk: id, sha256 }): EngineDecision<undefined> {
    const marked = facts.disk && markedChecksum(facts.disk);
    const evidence = [marked === undefined ? `disk ${name} has no checksum` : `disk ${name} has sha256:${marked}`];
    if (marked === sha256) return { state: 'already', changes: [], evidence };
    const body = { description: checksumMark(sha256) };
    return { state: 'wouldDo', changes: [{ request: 'PUT', path: `/disks/${id}`, body }], evidence };
  },
});
