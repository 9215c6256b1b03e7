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
  it.for([1, 2])(
    'gets the whole file over %i connections, piece by piece, and gives it back',
    async (writers, context) => {
      const served = real(context);
      const stored = await served.ticket(`whole-${writers}`, DISK);
      const image = open(served, `whole-${writers}`);
      const abilities = await image.abilities();
      expect(abilities.features).toEqual(expect.arrayContaining(['flush', 'zero']));
      // Its own word for a file, which zeroes may make grow; to a block device it lets several write. It takes two here as well.
      expect(abilities.writers).toBe(1);
      const durable = new Set<number>();
      const sent: number[] = [];
      await upload(image, {
        file: source,
        size: SIZE,
        from: 0,
        piece: PIECE,
        writers,
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
    },
  );

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
      writers: 2,
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

  it('keeps what was durable when one of two connections fails', async (context) => {
    const served = real(context);
    await served.ticket('shortened', DISK);
    const shortened = join(directory, 'shortened.iso');
    await writeFile(shortened, content.subarray(0, PIECE + PIECE / 2));
    let reached = 0;
    const image = open(served, 'shortened');
    const onProgress = (_sent: number, durable: number) => {
      reached = durable;
    };
    await expect(
      upload(image, { file: shortened, size: SIZE, from: 0, piece: PIECE, writers: 2, onProgress }),
    ).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: `${shortened} has become shorter: it ends at byte ${PIECE + PIECE / 2} now`,
    });
    expect(reached).toBe(PIECE);
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
    await expect(open(served, 'untrusted', { ca: other.pem }).abilities()).rejects.toMatchObject({
      type: 'AccessDenied',
      message: expect.stringMatching(/signed by a CA that is not the one of the inventory/),
    });
  });
});
