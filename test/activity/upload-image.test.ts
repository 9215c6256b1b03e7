import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Image, ImagePreflight } from '../../activities/image/params.ts';
import { type EngineLab, startEngineLab } from './engine-lab.ts';

const MIB = 2 ** 20;

/** 4.3 forgets a transfer with its end and has a proxy of another kind; from 4.4 on the proxy is the daemon again. */
describe.each(['ovirt-4.3', 'ovirt-4.4'])('an image into the engine of %s', (profile) => {
  let lab: EngineLab;
  let sha256: string;
  let count = 0;

  beforeAll(async () => {
    lab = await startEngineLab({ hosts: 1, profile });
  });
  afterAll(() => lab?.close());
  beforeEach(() => {
    const file = `image-${++count}.raw`;
    const content = randomBytes(4 * MIB);
    sha256 = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(dirname(lab.inventory), file), content);
    const site = parse(readFileSync(lab.inventory, 'utf8'));
    const wished = { ...site, vms: [], isos: [{ file, domain: 'hosted_storage', format: 'raw' }] };
    writeFileSync(lab.inventory, stringify(wished, { lineWidth: 0 }));
  });

  async function opened(): Promise<Image> {
    const { output } = await lab.perform('preflightImage', 'check', { file: `image-${count}.raw` });
    const { image } = output as ImagePreflight;
    expect(image.sha256).toBe(sha256);
    await lab.insist('createImageDisk', image);
    await lab.insist('openImageTransfer', image);
    return image;
  }

  /** Where the bytes went, each place once. */
  async function places(since: number): Promise<string[]> {
    const lines = await lab.requests(since, /^PUT \/images\//);
    return [...new Set(lines.map((line) => line.split(' at ').at(-1) ?? ''))].sort();
  }

  async function ended(image: Image): Promise<void> {
    await lab.insist('finalizeImageTransfer', image);
    await lab.insist('noteImageChecksum', image);
    const verified = await lab.perform('verifyImage', 'check', image);
    expect(verified).toMatchObject({ state: 'already' });
    expect(await lab.perform('sendImage', 'check', image)).toMatchObject({ state: 'already' });
  }

  it('goes to the daemon of the host, which transfer_url names', async () => {
    const image = await opened();
    const found = await lab.perform('testImageConnection', 'check', image);
    expect(found.evidence).toHaveLength(2);
    for (const way of found.evidence) expect(way).toMatch(/^127\.0\.0\.1:\d+ is verified: /);
    const since = await lab.control.now();
    const { result } = await lab.insist('sendImage', image);
    expect(result.evidence[1]).toBe(`the storage holds sha256:${sha256}, as the file`);
    expect(await places(since)).toEqual(['host1']);
    await ended(image);
  });

  it('goes through the proxy, which proxy_url names, where the worker cannot reach the host', async () => {
    const image = await opened();
    const since = await lab.control.now();
    await lab.control.fault({
      target: 'imageio',
      kind: 'drop-before',
      match: '^OPTIONS /images/\\S+ at host1',
      times: 1,
    });
    const { result } = await lab.insist('sendImage', image);
    expect(result.evidence[1]).toBe(`the storage holds sha256:${sha256}, as the file`);
    // What the proxy takes it hands on to the host.
    expect(await places(since)).toEqual(['host1', 'the proxy']);
    await ended(image);
  });
});
