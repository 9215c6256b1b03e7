import { Context } from '@temporalio/activity';
import { imageChecksum } from '../../connectors/imageio/checksum.ts';
import { RemoteImage } from '../../connectors/imageio/image.ts';
import { upload } from '../../connectors/imageio/upload.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { spell } from '../../reports/duration.ts';
import type { ImageSend, SentImage } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { Meter, sizeWords } from './meter.ts';
import { progressOf, report } from './progress.ts';

/**
 * Sends what a former try has not made durable, and compares what the storage holds. The heartbeat carries how far it is,
 * and so does a failure: whoever goes on after a death, or after people were asked, sends at most one piece again. What
 * another transfer brought to the storage counts for nothing.
 * @param left what an earlier attempt of the step told
 * @returns what was seen, a line each
 * @throws PreconditionFailed when the transfer is over, EngineUnreachable when no way leads to the image now,
 * VerificationFailed when the storage holds something else
 */
export async function sendImage(
  context: RuntimeContext,
  send: ImageSend,
  left?: SentImage,
): Promise<readonly string[]> {
  const { send: name, file, size, sha256, transfer } = send;
  if (transfer === undefined) throw over(name);
  if (left !== undefined) report({ image: left, ...progressOf(Context.current()) });
  const former = progressOf(Context.current()).image;
  const from = former?.transfer === transfer ? former.durable : 0;
  let image: RemoteImage | undefined;
  try {
    const reached = await reach(context, send);
    image = reached.image;
    const begun = performance.now();
    const sending = new Meter(`sending ${name}`, size);
    await upload(image, {
      file,
      size,
      from,
      writers: reached.writers,
      onProgress: (sent, durable) => report({ line: sending.at(sent), image: { transfer, durable } }),
    });
    const took = performance.now() - begun;
    const reading = new Meter(`reading ${name} back`, size);
    const seen = await imageChecksum(image, size, (read) => report({ line: reading.at(read) }));
    if (seen !== sha256) throw differs(name, sha256, seen);
    const rate = took > 0 ? `, ${sizeWords(((size - from) / took) * 1000)}/s` : '';
    return [
      `sent ${sizeWords(size - from)} in ${spell(took)}${rate}${whence(from, former)}`,
      `the storage holds sha256:${seen}, as the file`,
    ];
  } catch (error) {
    throw withProgress(isForgotten(error) ? forgotten(name, transfer, error) : error);
  } finally {
    image?.close();
  }
}

function whence(from: number, former: SentImage | undefined): string {
  if (from > 0) return `, on from byte ${from}`;
  return (former?.durable ?? 0) > 0 ? ', from the beginning: what went through another transfer does not count' : '';
}

/** The attempt of the step that begins after people were asked knows no heartbeat of this one. */
function withProgress(error: unknown): unknown {
  const sent = progressOf(Context.current()).image;
  if (!(error instanceof OperatorError) || sent === undefined) return error;
  const { transfer, durable } = sent;
  const details = { ...error.details, sent: { transfer, durable } };
  return new OperatorError(error.type, error.message, { details, cause: error.cause });
}

/** The first way that answers; where none does, the best one's failure. */
async function reach({ signal }: RuntimeContext, { routes, ca }: ImageSend) {
  let failure: unknown;
  for (const route of routes) {
    const image = new RemoteImage(route, { ca, signal });
    try {
      const { writers } = await image.abilities();
      return { image, writers };
    } catch (error) {
      image.close();
      failure ??= error;
    }
  }
  throw failure ?? new OperatorError('EngineUnreachable', 'the engine does not say yet where the image is reached');
}

/** How often the daemon may refuse while the engine renews a ticket that has only expired. */
const REFUSALS = 5;

/** A daemon that was restarted knows no tickets, and nobody gives it the old ones again. */
function isForgotten(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.type === 'NotFound';
}

function forgotten(name: string, transfer: string, cause: OperatorError): OperatorError {
  const known = progressOf(Context.current()).image;
  const { durable = 0, refused = 0 } = known?.transfer === transfer ? known : {};
  report({ image: { transfer, durable, refused: refused + 1 } });
  const message = `Send ${name}: ${cause.message}`;
  if (refused + 1 < REFUSALS) return new OperatorError('EngineUnreachable', message, { cause });
  const lines = ['the image daemon knows no ticket of the transfer any more', cause.message];
  return new OperatorError('PreconditionFailed', message, {
    details: { lines, diagnosis: 'image-ticket-lost' },
    cause,
  });
}

function over(name: string): OperatorError {
  const lines = [`no image transfer to ${name} is open any more; a disk that was uploaded to goes with it`];
  return new OperatorError('PreconditionFailed', `Send ${name}: its image transfer is over`, { details: { lines } });
}

function differs(name: string, wanted: string, seen: string): OperatorError {
  report({ image: { transfer: '', durable: 0 } });
  return new OperatorError('VerificationFailed', `Send ${name}: the storage holds other bytes than the file`, {
    details: { lines: [`sha256 of the file: ${wanted}`, `sha256 of the storage: ${seen}`] },
  });
}
