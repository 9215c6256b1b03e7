import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { ImageSend, SentImage } from '../../activities/operation.ts';
import { type Progress, progressOf } from '../../activities/runtime/progress.ts';
import { sendImage } from '../../activities/runtime/send-image.ts';
import { daemonOrSkip, type Found, ImageioDaemon, startDaemon } from '../support/imageio-daemon.ts';
import { type Authority, createAuthority } from '../unit/connectors/certificates.ts';
import { environment, inActivity } from './runtime-environment.ts';
import { LocalHost } from './runtime-local-host.ts';

const MIB = 2 ** 20;
/** No multiple of a buffer. */
const SIZE = 24 * MIB + 512;
const DISK = 28 * MIB;

let directory: string;
let host: LocalHost;
let file: string;
let sha256: string;
let ca: Authority;
let found: Found;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'send-image-'));
  host = new LocalHost();
  file = join(directory, 'c7.iso');
  const block = randomBytes(MIB);
  const content = Buffer.concat([...Array<Buffer>(24).fill(block), block.subarray(0, 512)]);
  await writeFile(file, content);
  sha256 = createHash('sha256').update(content).digest('hex');
  ca = await createAuthority('Engine CA');
  found = await startDaemon(directory, ca);
}, 240_000);

afterAll(async () => {
  if (found instanceof ImageioDaemon) await found.end();
  host?.close();
  await rm(directory, { recursive: true });
});

const real = (context: TestContext): ImageioDaemon => daemonOrSkip(found, context);

function change(served: ImageioDaemon, transfer: string, more: Partial<ImageSend> = {}): ImageSend {
  const routes = [`${served.images}/${transfer}`];
  return { send: 'c7.iso', file, size: SIZE, sha256, transfer, routes, ca: ca.pem, ...more };
}

/** One try of the sending, and what the next heartbeat would have carried. */
async function attempt(send: ImageSend, after?: Progress, left?: SentImage) {
  const env = environment({ attempt: after === undefined ? 1 : 2, heartbeatDetails: after });
  const seen: { last?: Progress } = {};
  const evidence = await inActivity(
    host,
    async (context) => {
      try {
        return await sendImage(context, send, left);
      } finally {
        seen.last = progressOf(Context.current());
      }
    },
    env,
  ).catch((error: unknown) => error);
  return { evidence, last: seen.last };
}

describe('sending an image through the real daemon', () => {
  it('sends all of it, reads it back, and tells how fast it was', async (context) => {
    const served = real(context);
    const stored = await served.ticket('whole', DISK);
    const { evidence, last } = await attempt(change(served, 'whole'));
    expect(evidence).toEqual([
      expect.stringMatching(/^sent 24 MiB in \d.*, .* [KMG]iB\/s$/),
      `the storage holds sha256:${sha256}, as the file`,
    ]);
    expect(last).toMatchObject({ image: { transfer: 'whole', durable: SIZE } });
    expect(
      createHash('sha256')
        .update((await readFile(stored)).subarray(0, SIZE))
        .digest('hex'),
    ).toBe(sha256);
  });

  it('goes on where the storage was safe when another worker takes over, not from the beginning', async (context) => {
    const served = real(context);
    await served.ticket('resumed', DISK);
    const durable = 8 * MIB;
    // The first worker: it ends behind the first piece. What it wrote later the second one does not rely on.
    const before = await readFile(file);
    await writeFile(join(directory, 'first.iso'), before.subarray(0, durable));
    const first = { file: join(directory, 'first.iso'), size: durable };
    const half = createHash('sha256').update(before.subarray(0, durable)).digest('hex');
    await attempt(change(served, 'resumed', { ...first, sha256: half }));
    const { evidence } = await attempt(change(served, 'resumed'), { image: { transfer: 'resumed', durable } });
    expect(evidence).toEqual([
      expect.stringMatching(new RegExp(`^sent 16 MiB in .*, on from byte ${durable}$`)),
      `the storage holds sha256:${sha256}, as the file`,
    ]);
  });

  it('goes on where it was when people were asked in between: the failure tells how far it was', async (context) => {
    const served = real(context);
    await served.ticket('parked', DISK);
    const durable = 8 * MIB;
    const short = join(directory, 'short.iso');
    await writeFile(short, (await readFile(file)).subarray(0, durable));
    await attempt(change(served, 'parked', { file: short, size: durable, sha256: '' }));
    // The file became shorter while it was sent; it is whole again when the operator retries.
    const failed = await attempt(change(served, 'parked', { file: short }), { image: { transfer: 'parked', durable } });
    const sent = { transfer: 'parked', durable };
    expect(failed.evidence).toMatchObject({ type: 'PreconditionFailed', details: [{ sent }] });

    const { evidence } = await attempt(change(served, 'parked'), undefined, sent);
    expect(evidence).toEqual([
      expect.stringMatching(new RegExp(`^sent 16 MiB in .*, on from byte ${durable}$`)),
      `the storage holds sha256:${sha256}, as the file`,
    ]);
    const elsewhere = await attempt(change(served, 'parked'), undefined, { transfer: 'gone', durable });
    expect(elsewhere.evidence).toEqual([
      expect.stringMatching(
        /^sent 24 MiB in .*, from the beginning: what went through another transfer does not count$/,
      ),
      expect.anything(),
    ]);
  });

  it('does not take over what another transfer made durable', async (context) => {
    const served = real(context);
    await served.ticket('fresh', DISK);
    const { evidence } = await attempt(change(served, 'fresh'), { image: { transfer: 'gone', durable: 5 } });
    expect(evidence).toEqual([expect.stringMatching(/^sent 24 MiB/), expect.anything()]);
  });

  it('fails when the storage holds other bytes, and then sends everything again', async (context) => {
    const served = real(context);
    await served.ticket('other', DISK);
    const { evidence, last } = await attempt(change(served, 'other', { sha256: '0'.repeat(64) }));
    expect(evidence).toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
    expect(last?.image?.durable).toBe(0);
  });

  it('takes the second way where the first is shut, and tells the first one’s trouble where none is open', async (context) => {
    const served = real(context);
    await served.ticket('ways', DISK);
    const shut = 'https://127.0.0.1:1/images/ways';
    const { evidence } = await attempt(change(served, 'ways', { routes: [shut, `${served.images}/ways`] }));
    expect(evidence).toEqual([expect.stringMatching(/^sent 24 MiB/), expect.anything()]);
    expect((await attempt(change(served, 'ways', { routes: [shut] }))).evidence).toMatchObject({
      type: 'EngineUnreachable',
      message: 'Image transfer with 127.0.0.1:1: connection refused.',
    });
  });

  it('comes back to a daemon that has forgotten the ticket, and gives up where the transfer is over', async (context) => {
    const served = real(context);
    await served.ticket('lost-ticket', DISK);
    await served.revoke('lost-ticket');
    const lost = change(served, 'lost-ticket', { transfer: 'of-the-engine' });
    const { evidence } = await attempt(lost);
    expect(evidence).toMatchObject({ type: 'EngineUnreachable', nonRetryable: false });
    expect(JSON.stringify(evidence)).not.toContain('lost-ticket');
    const tried = { image: { transfer: 'of-the-engine', durable: 0, refused: 4 } };
    expect((await attempt(lost, tried)).evidence).toMatchObject({
      type: 'PreconditionFailed',
      details: [{ diagnosis: 'image-ticket-lost' }],
    });
    const { transfer: _, ...gone } = lost;
    expect((await attempt(gone)).evidence).toMatchObject({ type: 'PreconditionFailed' });
  });
});
