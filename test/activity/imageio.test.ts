import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { fileChecksum, imageChecksum } from '../../connectors/imageio/checksum.ts';
import { RemoteImage } from '../../connectors/imageio/image.ts';
import { upload } from '../../connectors/imageio/upload.ts';
import { daemonOrSkip, type Found, ImageioDaemon, startDaemon } from '../support/imageio-daemon.ts';
import { type Authority, createAuthority } from '../unit/connectors/certificates.ts';

const MIB = 2 ** 20;
/** No multiple of a piece, a buffer or a sector; the disk is larger, for storage is cut in extents. */
const SIZE = 20 * MIB + 512 + 7;
const DISK = 24 * MIB;
const PIECE = 8 * MIB;

let directory: string;
let source: string;
let content: Buffer;
let ca: Authority;
let other: Authority;
let found: Found;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imageio-'));
  source = join(directory, 'source.iso');
  content = randomBytes(SIZE);
  await writeFile(source, content);
  [ca, other] = await Promise.all([createAuthority('Engine CA'), createAuthority('Other CA')]);
  found = await startDaemon(directory, ca);
}, 240_000);

afterAll(async () => {
  if (found instanceof ImageioDaemon) await found.end();
  await rm(directory, { recursive: true });
});

const real = (context: TestContext): ImageioDaemon => daemonOrSkip(found, context);

function open(served: ImageioDaemon, id: string, options: { ca?: string; signal?: AbortSignal } = {}): RemoteImage {
  const { signal = new AbortController().signal } = options;
  return new RemoteImage(`${served.images}/${id}`, { ca: options.ca ?? ca.pem, signal });
}

describe('the real image daemon', () => {
  it('gets the whole file, piece by piece, and gives it back with the same checksum', async (context) => {
    const served = real(context);
    const stored = await served.ticket('whole', DISK);
    const image = open(served, 'whole');
    expect(await image.features()).toEqual(expect.arrayContaining(['flush', 'zero']));
    const durable = new Set<number>();
    const sent: number[] = [];
    await upload(image, {
      file: source,
      size: SIZE,
      from: 0,
      piece: PIECE,
      onProgress: (now, safe) => {
        sent.push(now);
        durable.add(safe);
      },
    });
    expect([...durable]).toEqual([0, PIECE, 2 * PIECE, SIZE]);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(content.equals((await readFile(stored)).subarray(0, SIZE))).toBe(true);
    const signal = new AbortController().signal;
    const wanted = createHash('sha256').update(content).digest('hex');
    expect(await fileChecksum(source, signal, () => undefined)).toBe(wanted);
    expect(await imageChecksum(image, SIZE, () => undefined)).toBe(wanted);
    image.close();
  });

  it('goes on from what was durable when a former upload broke off', async (context) => {
    const served = real(context);
    const stored = await served.ticket('resumed', DISK);
    const broken = new AbortController();
    let reached = 0;
    const first = upload(open(served, 'resumed', { signal: broken.signal }), {
      file: source,
      size: SIZE,
      from: 0,
      piece: PIECE,
      onProgress: (sent, durable) => {
        reached = durable;
        if (sent > PIECE + MIB) broken.abort(new Error('killed'));
      },
    });
    await expect(first).rejects.toThrow('killed');
    expect(reached).toBe(PIECE);
    const starts: number[] = [];
    const image = open(served, 'resumed');
    const onProgress = (sent: number) => void starts.push(sent);
    await upload(image, { file: source, size: SIZE, from: reached, piece: PIECE, onProgress });
    expect(Math.min(...starts)).toBeGreaterThan(PIECE);
    expect(content.equals((await readFile(stored)).subarray(0, SIZE))).toBe(true);
    image.close();
  });

  it('says that a transfer is over, without the URL that would let anybody write', async (context) => {
    const served = real(context);
    await served.ticket('secret-ticket', DISK);
    await served.revoke('secret-ticket');
    const image = open(served, 'secret-ticket');
    const failure = await upload(image, { file: source, size: SIZE, from: 0, onProgress: () => undefined }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ type: 'NotFound', message: expect.stringMatching(/the transfer is over/) });
    expect(String(failure)).not.toContain('secret-ticket');
    image.close();
  });

  it('is not spoken to under another CA: the failure that a browser shows as a network error', async (context) => {
    const served = real(context);
    await served.ticket('untrusted', DISK);
    await expect(open(served, 'untrusted', { ca: other.pem }).features()).rejects.toMatchObject({
      type: 'AccessDenied',
      message: expect.stringMatching(/signed by a CA that is not the one of the inventory/),
    });
  });
});
