import { type EngineDecision, engineOperation } from '../operation.ts';
import { sizeWords } from '../runtime/meter.ts';
import { type DiskFacts, diskFacts, diskWords, markedChecksum } from './facts.ts';
import type { Image } from './params.ts';

/**
 * Reads that an image is there for VMs: its disk `ok`, large enough, with the checksum of the file, and no transfer open
 * on it. Changes nothing. (article, section 12: the image is listed in the domain)
 */
export const verifyImage = engineOperation<Image, DiskFacts>({
  name: 'verifyImage',
  title: ({ name }) => `Verify the image ${name}`,
  look: (context, { disk }) => diskFacts(context, disk),
  decide(facts, { name, domain, virtualSize, sha256 }): EngineDecision<undefined> {
    const { disk, transfer } = facts;
    const marked = disk && markedChecksum(disk);
    const { provisioned_size: size = 0 } = disk ?? {};
    const evidence = [
      diskWords(name, facts),
      `it has ${sizeWords(size)} on ${domain}, as ${disk?.content_type ?? 'nothing'}`,
      marked === undefined ? 'it has no checksum' : `its checksum is sha256:${marked}`,
    ];
    if (disk?.status === 'ok' && transfer === undefined && size >= virtualSize && marked === sha256) {
      return { state: 'already', changes: [], evidence };
    }
    const what = `the image is not as it should be: ${evidence.join('; ')}`;
    const fix = 'Look at Storage, Disks and the events in the Administration Portal; remove the disk and start again';
    return { state: 'refused', changes: [], evidence, findings: [{ what, fix }] };
  },
});
