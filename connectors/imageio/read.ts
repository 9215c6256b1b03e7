/** Reads an image back. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { OperatorError } from '../../failures/operator-error.ts';
import type { RemoteImage } from './image.ts';

const BUFFER = 2 ** 16;
const END_OF_HEAD = '\r\n\r\n';

/**
 * Hands over the first `size` bytes of the image as they come, all in the same buffer.
 * @throws NotFound when the transfer is over, EngineUnreachable when the connection breaks: read all of it again
 */
export async function readImage(image: RemoteImage, size: number, take: (bytes: Buffer) => void): Promise<void> {
  const incoming = new Incoming(size, take);
  const buffer = Buffer.allocUnsafeSlow(BUFFER);
  const callback = (length: number): boolean => {
    incoming.arrived(buffer.subarray(0, length), get);
    return true;
  };
  const get = image.get(size, { buffer, callback });
  try {
    await new Promise<void>((resolve, reject) => {
      get.on('error', reject);
      get.once('response', (response: IncomingMessage) => {
        response.on('error', reject);
        const { statusCode: status = 0 } = response;
        if (status === 200 || status === 206) return incoming.pass(resolve);
        text(response).then((body) => reject(image.refusal(status, body, 'reading back')), reject);
      });
    });
  } catch (error) {
    throw error instanceof OperatorError ? error : image.broken(error as Error);
  } finally {
    get.destroy();
  }
}

/**
 * What comes over a connection. Only the head of the answer, or all of a refusal, goes through Node's HTTP: its streams would
 * take four times the processor time for the rest, and leave as much garbage as the image is long.
 */
class Incoming {
  private head = Buffer.alloc(0);
  private done: (() => void) | undefined;

  constructor(
    private left: number,
    private readonly take: (bytes: Buffer) => void,
  ) {}

  /** What follows the head is content; `done` is called when there is no more of it. */
  pass(done: () => void): void {
    this.done = done;
  }

  arrived(bytes: Buffer, get: ClientRequest): void {
    if (this.done !== undefined) {
      this.content(bytes);
      return;
    }
    const own = Buffer.from(bytes);
    this.head = Buffer.concat([this.head, own]);
    get.socket?.emit('data', own);
    if (this.done !== undefined) this.content(this.head.subarray(this.head.indexOf(END_OF_HEAD) + END_OF_HEAD.length));
  }

  private content(bytes: Buffer): void {
    const wanted = bytes.subarray(0, this.left);
    this.left -= wanted.length;
    this.take(wanted);
    if (this.left === 0) this.done?.();
  }
}
