/** One upload in a process of its own: told where and what on standard input, tells its time and its memory. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { RemoteImage } from '../connectors/imageio/image.ts';
import { upload } from '../connectors/imageio/upload.ts';

const { url, ca, file, size } = JSON.parse(await text(process.stdin)) as {
  readonly url: string;
  readonly ca: string;
  readonly file: string;
  readonly size: number;
};
const image = new RemoteImage(url, { ca: await readFile(ca, 'utf8'), signal: new AbortController().signal });
const began = performance.now();
const { writers } = await image.abilities();
await upload(image, { file, size, from: 0, writers, onProgress: () => undefined });
const seconds = (performance.now() - began) / 1000;
image.close();
// Kibibytes, on every system that Node reports them for.
process.stdout.write(JSON.stringify({ seconds, resident: (process.resourceUsage().maxRSS * 1024) / 1e6 }));
