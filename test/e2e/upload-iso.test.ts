import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { changeInventory } from '../support/change-inventory.ts';
import { fillDomain, makeRestingDomain } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { lookOnHost } from '../support/host-files.ts';
import type { JournalEntry } from '../support/lab-control.ts';
import type { End, RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { createAuthority, serve } from '../unit/connectors/certificates.ts';

const DEPLOYED = { preset: 'deployed', hosts: 1 };
const RUNBOOK = 'uploadIso';
const MIB = 2 ** 20;
/** Several pieces and a bit: what is sent again after a death is a part of what was sent before it. */
const SIZE = 320 * MIB + 2048;
/** As docs/performance.md has it, and a tenth for what collections leave. */
const WORKER_BOUND = 150e6;

let stack: Stack;
let directory: string;
let sha256: string;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), smallWorker: true, ...DEPLOYED });
  directory = dirname(stack.lab.inventory);
  sha256 = writeImage(join(directory, 'images', 'big.iso'));
  writeFileSync(join(directory, 'images', 'vm.qcow2'), qcow2());
  writeFileSync(join(directory, 'images', 'vm.raw'), Buffer.alloc(MIB, 'disk'));
});
afterAll(() => stack?.close());
beforeEach(async () => {
  await stack.fresh(DEPLOYED);
  describeImages([
    { file: 'images/big.iso', domain: 'hosted_storage', sha256 },
    { file: 'images/vm.qcow2', name: 'vm-disk', domain: 'hosted_storage' },
  ]);
});

/** An ISO of blocks that differ. */
function writeImage(path: string): string {
  const content = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at += 4) content.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
  content.write('\x01CD001\x01', 16 * 2048, 'latin1');
  writeFileSync(path, content);
  return createHash('sha256').update(content).digest('hex');
}

/** The header of an empty qcow2 image of 1 GiB. */
function qcow2(): Buffer {
  const header = Buffer.alloc(3 * 65_536);
  header.write('QFI\xfb', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(BigInt(1024 * MIB), 24);
  return header;
}

function describeImages(isos: object[]): void {
  changeInventory(stack.lab.inventory, (site) => Object.assign(site, { isos, vms: [] }));
}

const start = (input: object): Promise<RunHandle> => stack.startWith(RUNBOOK, input);
const run = async (input: object): Promise<End> => (await start(input)).end();
const revision = async () => (await stack.control.state()).revision;
const disks = async () => {
  const { engine } = (await stack.control.state()) as unknown as {
    engine: { disks: { alias: string }[] };
  };
  return engine.disks;
};

/** The requests that change something, without ids. */
function requestsOf(journal: readonly JournalEntry[]): string[] {
  return withoutIds(engineRequests(journal));
}

/** What the storage holds, as the lab keeps it. */
async function stored(size: number): Promise<string[]> {
  const folder = join(directory, 'volumes');
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const large = files.filter((file) => statSync(file).size >= size);
  return Promise.all(
    large.map(async (file) => {
      const hash = createHash('sha256');
      await pipeline(createReadStream(file, { end: size - 1 }), hash);
      return hash.digest('hex');
    }),
  );
}

/** The most bytes that the process of the worker ever had in memory. */
function mostResident(): number {
  const status = readFileSync(`/proc/${stack.worker.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** How much of the image is safe on the storage, by the newest heartbeat. */
async function durable(handle: RunHandle): Promise<number> {
  const { raw } = await handle.handle.describe();
  const [payload] = raw.pendingActivities?.flatMap(({ heartbeatDetails }) => heartbeatDetails?.payloads ?? []) ?? [];
  if (payload?.data == null) return 0;
  const { image } = JSON.parse(Buffer.from(payload.data).toString()) as { image?: { durable: number } };
  return image?.durable ?? 0;
}

/** Waits until the first piece is safe on the storage. @returns how many bytes are */
async function firstPiece(handle: RunHandle): Promise<number> {
  let safe = 0;
  await until(async () => {
    safe = await durable(handle);
    return safe > 0;
  });
  return safe;
}

function evidenceOfSending(end: End): readonly string[] {
  return end.report?.steps.find(({ title }) => title === 'Send big.iso')?.evidence ?? [];
}

const wentOnFrom = (end: End): number => Number(/on from byte (\d+)$/.exec(evidenceOfSending(end)[0] ?? '')?.[1]);

test('planned with every request, sent, killed in the middle, gone on where it was, proven; a second run changes nothing', async () => {
  const untouched = await revision();
  const planned = await run({ file: 'big.iso', mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  const steps = planned.report?.plan?.steps ?? [];
  expect(
    steps.flatMap(({ commands }) => commands.map((line) => line.replace(/[0-9a-f-]{36}/g, 'ID').slice(0, 60))),
  ).toEqual([
    expect.stringMatching(/^POST \/disks \{"id":"ID","name":"big.iso","provisioned_size"/),
    expect.stringMatching(/^POST \/imagetransfers \{"disk":\{"id":"ID"\},"direction":"uploa/),
    expect.stringMatching(/^PUT \{transfer_url\}\?flush=y < /),
    'POST /imagetransfers/{id}/finalize {}',
    expect.stringMatching(/^PUT \/disks\/ID \{"description":"sha256:/),
  ]);
  expect(steps[0]?.evidence?.[0]).toMatch(/^127\.0\.0\.1:\d+ is verified: its certificate is that of /);
  expect(await revision()).toBe(untouched);

  const since = await stack.control.now();
  const slow = await stack.control.fault({ target: 'imageio', kind: 'slow', match: '^PUT', times: 99, delayMs: 4000 });
  const handle = await start({ file: 'big.iso' });
  const safe = await firstPiece(handle);
  const beforeDeath = mostResident();
  const owned = (await handle.status()).owns;
  expect(owned?.map(({ kind }) => kind)).toEqual(['imageTransfer']);
  await stack.worker.kill9();
  await stack.control.release(slow);
  await stack.worker.start();
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(beforeDeath).toBeLessThan(WORKER_BOUND);
  expect(mostResident()).toBeLessThan(WORKER_BOUND);
  const from = wentOnFrom(end);
  expect(from).toBeGreaterThanOrEqual(safe);
  expect(evidenceOfSending(end)[1]).toBe(`the storage holds sha256:${sha256}, as the file`);
  expect(await stored(SIZE)).toContain(sha256);

  const journal = await stack.control.journal(since);
  expect(requestsOf(journal)).toEqual([
    'POST /disks',
    'POST /imagetransfers',
    'POST /imagetransfers/ID/finalize',
    'PUT /disks/ID',
  ]);
  const starts = journal.flatMap(({ target, text }) =>
    target === 'imageio' && text.startsWith('PUT') ? Number(/Content-Range: bytes (\d+)-/.exec(text)?.[1]) : [],
  );
  expect(starts.filter((at) => at === 0)).toHaveLength(1);
  expect(starts).toContain(from);
  expect(end.report?.steps.at(-1)?.evidence).toEqual([
    'disk big.iso is ok',
    'it has 320 MiB on hosted_storage, as iso',
    `its checksum is sha256:${sha256}`,
  ]);
  expect(end.report?.remains).toEqual([]);
  // The addresses of a transfer let anybody write.
  const tickets = journal.flatMap(({ target, text }) =>
    target === 'imageio' ? (/\/images\/([0-9a-f-]{36})/.exec(text)?.[1] ?? []) : [],
  );
  expect(tickets.length).toBeGreaterThan(0);
  const { history } = await handle.handle.fetchHistory().then((all) => ({ history: JSON.stringify(all) }));
  for (const ticket of new Set(tickets)) expect(history.includes(ticket)).toBe(false);

  const before = await revision();
  const again = await run({ file: 'images/big.iso' });
  expect(again.type, again.message).toBe('succeeded');
  expect(again.report?.steps.map(({ state }) => state)).toEqual(['passed', 'passed']);
  expect(await revision()).toBe(before);
});

test('parked in the middle, it goes on where it was when an operator retries', async () => {
  const slow = await stack.control.fault({ target: 'imageio', kind: 'slow', match: '^PUT', times: 99, delayMs: 3000 });
  const handle = await start({ file: 'big.iso' });
  const safe = await firstPiece(handle);
  await stack.control.fault({ target: 'imageio', kind: 'http', match: '^PUT', times: 1, status: 400, body: 'no' });
  await stack.control.release(slow);
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.title).toContain('Send big.iso');
  await handle.decide({ step: waiting?.id, verb: 'retry', by: 'an operator' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  const from = wentOnFrom(end);
  expect(from).toBeGreaterThanOrEqual(safe);
  expect(await stored(SIZE)).toContain(sha256);
});

test('cancelled in the middle, the transfer is cancelled and its disk is gone', async () => {
  await stack.control.fault({ target: 'imageio', kind: 'hang', match: '^PUT', times: 99 });
  const since = await stack.control.now();
  const handle = await start({ file: 'big.iso' });
  await stack.control.awaitEntry(since, ({ target, text }) => target === 'imageio' && text.startsWith('PUT'));
  await handle.handle.cancel();
  const end = await handle.end();
  expect(end.type, end.message).toBe('cancelled');
  const record = await handle.record();
  expect(record.remains).toEqual([]);
  const requests = requestsOf(await stack.control.journal(since));
  expect(requests).toEqual(['POST /disks', 'POST /imagetransfers', 'POST /imagetransfers/ID/cancel']);
  expect((await disks()).map(({ alias }) => alias)).not.toContain('big.iso');
});

test('terminated in the middle, its open transfer is told: whose it is, and how to end it', async () => {
  await stack.control.fault({ target: 'imageio', kind: 'hang', match: '^PUT', times: 99 });
  const since = await stack.control.now();
  const handle = await start({ file: 'big.iso' });
  await stack.control.awaitEntry(since, ({ target, text }) => target === 'imageio' && text.startsWith('PUT'));
  await handle.handle.terminate('nobody knows why');
  let told = '';
  // Temporal lists a run as open for a moment after its end.
  await until(async () => {
    const watch = await (await stack.startWith('findOrphanedStates', {})).end();
    told = watch.message;
    return watch.type === 'failed';
  }, 90_000);
  expect(told).toContain(`"Open an image transfer to big.iso" of run ${handle.id} (uploadIso) brought it about`);
  expect(told).toMatch(/an image transfer to disk [0-9a-f-]{36} is open/);
  expect(told).toContain('cancel the upload of disk big.iso in the Administration Portal');
});

test('a daemon that is restarted in the middle has lost the transfer: it is cancelled, and the upload begun anew', async () => {
  const slow = await stack.control.fault({ target: 'imageio', kind: 'slow', match: '^PUT', times: 99, delayMs: 3000 });
  const since = await stack.control.now();
  const handle = await start({ file: 'big.iso' });
  await firstPiece(handle);
  await lookOnHost(stack.lab.inventory, 'host1', 'systemctl restart ovirt-imageio-daemon');
  await stack.control.release(slow);
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(evidenceOfSending(end)[0]).toMatch(/^sent 320 MiB in /);
  const requests = requestsOf(await stack.control.journal(since)).filter((line) => !line.endsWith('/resume'));
  expect(requests).toEqual([
    'POST /disks',
    'POST /imagetransfers',
    'POST /imagetransfers/ID/cancel',
    'POST /disks',
    'POST /imagetransfers',
    'POST /imagetransfers/ID/finalize',
    'PUT /disks/ID',
  ]);
  expect(end.report?.remains).toEqual([]);
  expect(await stored(SIZE)).toContain(sha256);
});

test('a qcow2 image becomes a growing data disk; a raw one is taken where isos says so', async () => {
  const end = await run({ file: 'vm-disk' });
  expect(end.type, end.message).toBe('succeeded');
  expect(end.report?.steps.at(-1)?.evidence?.[1]).toBe('it has 1 GiB on hosted_storage, as data');
  describeImages([{ file: 'images/vm.raw', domain: 'hosted_storage', format: 'raw' }]);
  const planned = await run({ file: 'vm.raw', mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect(planned.report?.plan?.steps.flatMap(({ commands }) => commands)[0]).toContain(
    '"format":"raw","sparse":false,"content_type":"data"',
  );
});

/** Describes another image proxy. @returns the one before */
function useImageProxy(address: string): string {
  let before = '';
  changeInventory(stack.lab.inventory, ({ engine }) => {
    before = engine.imageProxy ?? '';
    engine.imageProxy = address;
  });
  return before;
}

/** What a run says that is refused before anything is touched. */
async function refusal(image: object): Promise<string> {
  describeImages([image]);
  const [before, since] = [await revision(), await stack.control.now()];
  const { file, name = file } = image as { file: string; name?: string };
  const end = await run({ file: name });
  expect(end.type, end.message).toBe('failed');
  expect(requestsOf(await stack.control.journal(since))).toEqual([]);
  expect(await revision()).toBe(before);
  return end.message;
}

test('what cannot be sent is refused in a sentence each, before anything is made', async () => {
  const big = { file: 'images/big.iso', domain: 'hosted_storage' };
  const text = { file: 'images/vm.raw', domain: 'hosted_storage' };
  expect(await refusal({ ...big, sha256: '0'.repeat(64) })).toMatch(
    /has sha256 [0-9a-f]{64}, but the inventory expects 0{64}/,
  );
  expect(await refusal({ ...big, file: 'images/gone.iso' })).toMatch(
    /image gone\.iso: \S+\/images\/gone\.iso is not there on the worker/,
  );
  const nothing = /vm\.raw is neither an ISO \(no CD001 at byte 32769\) nor a qcow2 image/.source;
  expect(await refusal(text)).toMatch(new RegExp(`${nothing}\\. .*where it is a raw disk image, add format: raw`));
  expect(await refusal({ ...text, format: 'iso' })).toMatch(new RegExp(`${nothing}, but isos says format: iso`));
  expect(await refusal({ ...big, format: 'qcow2' })).toMatch(/big\.iso is an ISO, but isos says format: qcow2/);
  expect((await run({ file: 'c8.iso' })).message).toContain(
    'file: the inventory has no image c8.iso; isos has big.iso',
  );
  const stranger = await serve(await (await createAuthority('Stranger')).issue(['127.0.0.1']), (_, response) =>
    response.end(),
  );
  const proxy = useImageProxy(new URL(stranger.url).host);
  expect(await refusal(big)).toMatch(/^.*127\.0\.0\.1:\d+ is not to be trusted: its certificate is signed by a CA/);
  useImageProxy(proxy);
  await stranger.close();

  const elsewhere = { ...big, domain: 'data1' };
  expect(await refusal(elsewhere)).toContain('the engine has no storage domain data1');
  await makeRestingDomain(stack.lab, 'data1');
  expect(await refusal(elsewhere)).toContain('storage domain data1 is maintenance');
  await fillDomain(stack.lab, 'hosted_storage', 'filler');
  expect(await refusal(big)).toMatch(
    /storage domain hosted_storage has room for \d+ bytes \(the engine keeps 5 GiB free\), and the image needs 320 MiB/,
  );
  expect(await refusal({ ...big, name: 'filler' })).toMatch(
    /disk filler of hosted_storage exists with other content: \d+ bytes/,
  );
});
