/** The answer to a request whose body is still on its way. */
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RemoteImage } from './image.ts';

/** What a request is answered, whenever that comes; a request that breaks off rejects it. */
export class Answer {
  /** Whether it began to arrive, or never will. */
  came = false;
  readonly whole: Promise<{ status: number; body: string }>;
  private release: () => void = () => undefined;

  constructor(put: ClientRequest, image: RemoteImage) {
    const arrived = () => {
      this.came = true;
      this.release();
    };
    // Not once: what breaks after the answer is of no interest, but would end the process.
    put.on('error', arrived).once('response', arrived);
    this.whole = answerTo(put).catch((error: Error) => {
      throw image.broken(error);
    });
    this.whole.catch(() => undefined);
  }

  /** Waits until this is done, or no longer needs to be, since the answer is there: then undefined. What fails is told by the answer. */
  or<T>(begin: (done: (result: T) => void) => void): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.release = () => resolve(undefined);
      if (this.came) this.release();
      else begin(resolve);
    });
  }
}

async function answerTo(put: ClientRequest): Promise<{ status: number; body: string }> {
  const [response] = (await once(put, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}
