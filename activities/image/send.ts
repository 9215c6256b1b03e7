import { type ImageDecision, imageOperation, type OperationContext } from '../operation.ts';
import { type DiskFacts, diskFacts, diskWords, markedChecksum } from './facts.ts';
import type { Image } from './params.ts';
import { resumeRequest } from './transfer.ts';
import { imageCa } from './trust.ts';

interface SendFacts extends DiskFacts {
  readonly ca?: string;
}

/**
 * Sends a file through the transfer that is open on its disk, from where a former try was durable, and reads it back;
 * leaves the storage with exactly the file's bytes. (oVirt/ovirt-imageio docs/images.md)
 */
export const sendImage = imageOperation<Image, SendFacts>({
  name: 'sendImage',
  title: ({ name }) => `Send ${name}`,
  settleSeconds: 60,
  look,
  decide(facts, { name, file, size, sha256 }): ImageDecision<undefined> {
    const { transfer, ca, disk } = facts;
    const evidence = [diskWords(name, facts)];
    if (transfer === undefined && disk !== undefined && markedChecksum(disk) === sha256) {
      return { state: 'already', changes: [], evidence };
    }
    const routes = [transfer?.transfer_url, transfer?.proxy_url].flatMap((url) => url ?? []);
    const send = {
      send: name,
      file,
      size,
      sha256,
      routes,
      ...(transfer && { transfer: transfer.id }),
      ...(ca !== undefined && { ca }),
    };
    switch (transfer?.phase) {
      // Before it is open, for the plan; where it is gone, the sending says so.
      case undefined:
      case 'transferring':
        return { state: 'wouldDo', changes: [send], evidence };
      case 'paused_system':
      case 'paused_user':
        return { state: 'wouldDo', changes: [resumeRequest(transfer), send], evidence };
      default:
        return { state: 'underWay', changes: [send], evidence, awaits: diskWords(name, facts) };
    }
  },
});

async function look(context: OperationContext, { disk }: Image): Promise<SendFacts> {
  const facts = await diskFacts(context, disk);
  if (facts.transfer === undefined) return facts;
  const ca = await imageCa(context);
  return { ...facts, ...(ca !== undefined && { ca }) };
}
