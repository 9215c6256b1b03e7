import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lookOnHost } from '../support/host-files.ts';
import { leaksIn, shapes, textsOf } from '../support/leaks.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let secrets: Record<string, string>;
let workflowId: string;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), workerEnv: { RUNBOOK_LOG_LEVEL: 'trace' } });
  secrets = {
    'engine password': stack.lab.file('secrets/engine-admin-password').trim(),
    'root password': stack.lab.file('secrets/engine-root-password').trim(),
    'SSH key': (stack.lab.file('secrets/id_ed25519').split('\n')[2] ?? '').trim(),
  };
  // A failure, its diagnosis, a retry: the ways on which output travels.
  await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
  const run = await stack.start({ standingApproval: { by: 'Ada' } });
  workflowId = run.id;
  const parked = await run.waitingFor('parked');
  await run.decide({ ...parked.waiting?.answer, by: 'Ada' });
  const end = await run.end();
  if (end.type !== 'succeeded') throw new Error(`${end.type}: ${end.message}`);
}, 180_000);
afterAll(() => stack?.close());

test('the passwords of the test are ones that quoting errors would show', () => {
  for (const name of ['engine password', 'root password']) expect(secrets[name]).toMatch(/(?=.*['"])(?=.*\$)(?=.* )/);
});

test('a leak would be found in every shape', () => {
  const word = `a' "$b c`;
  for (const text of [word, `x ${Buffer.from(`12${word}3`).toString('base64')} y`, encodeURIComponent(word)]) {
    expect(leaksIn('a text', text, { word }), text).not.toEqual([]);
  }
  expect(shapes(word).every((shape) => shape.length >= 8)).toBe(true);
});

test("Temporal's history, memo and heartbeats know no secret", async () => {
  const handle = stack.client.workflow.getHandle(workflowId);
  const texts = [...textsOf(await handle.fetchHistory()), ...textsOf((await handle.describe()).raw)];
  expect(texts.length).toBeGreaterThan(1000);
  expect(texts.join('\n')).toContain('hosted-engine --deploy');
  expect(leaksIn('the history', texts.join('\n'), secrets)).toEqual([]);
});

test('logs, artifacts and reports know no secret', () => {
  const files = [stack.worker.log, stack.lab.log, ...filesBelow(join(stack.worker.home, 'artifacts'))];
  expect(files.filter((file) => /report-.*\.(md|json)$/.test(file))).toHaveLength(2);
  expect(files.some((file) => file.endsWith('.log') && file.includes('deploy-hosted-engine'))).toBe(true);
  expect(files.flatMap((file) => leaksIn(file, readFileSync(file, 'utf8'), secrets))).toEqual([]);
});

/** What the worker has logged: the pipe to the file lags behind, so its last line may not be whole yet. */
function logged(): Record<string, unknown>[] {
  const text = readFileSync(stack.worker.log, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('the log tells of each step by which run, operation and host, down to its details', async () => {
  const ofTheRun = () => logged().filter((line) => line.workflowId === workflowId);
  const told = () => ofTheRun().map(({ msg }) => String(msg));
  await until(() => told().includes('the run ended: succeeded'));
  for (const verb of ['check', 'start', 'follow']) {
    const line = ofTheRun().find(({ msg }) => msg === `deployHostedEngine.${verb} ended`);
    expect(line).toMatchObject({ workflowId, operation: 'deployHostedEngine', verb, host: 'host1', attempt: 1 });
    expect(line).toMatchObject({
      runId: expect.any(String),
      stepId: expect.any(String),
      durationMs: expect.any(Number),
    });
  }
  expect(told().filter((msg) => msg.startsWith('the run waits: '))).toHaveLength(1);
});

test('no process and no command line has seen a secret; each password was handed over by standard input only', async () => {
  const journal = await stack.control.journal();
  const lines = journal.map(({ kind, text }) => `${kind} ${text}`).join('\n');
  expect(leaksIn('a command line', lines, secrets)).toEqual([]);
  const given = journal.filter(({ stdin }) => leaksIn('standard input', stdin ?? '', secrets).length > 0);
  expect(new Set(given.map(({ text }) => text.replace(/.*?(dd of=)/, '$1')))).toEqual(
    new Set(['dd of=/run/ovirt-runbooks/hosted-engine-secrets.conf status=none']),
  );
});

test('the arguments and the environment of the worker know no secret', () => {
  for (const file of ['cmdline', 'environ']) {
    const text = readFileSync(`/proc/${stack.worker.pid}/${file}`, 'utf8');
    expect(text).not.toBe('');
    expect(leaksIn(file, text, secrets)).toEqual([]);
  }
});

test('no file of a host keeps a secret', async () => {
  for (const host of ['host1', 'host2']) {
    for (const [name, secret] of Object.entries(secrets)) {
      const patterns = shapes(secret).map((shape) => `-e '${shape.replaceAll("'", "'\\''")}'`);
      const script = `grep -rlF ${patterns.join(' ')} /etc /var /run /tmp /root /home /opt /usr/lib 2>/dev/null; true`;
      const { stdout } = await lookOnHost(stack.lab.inventory, host, script);
      expect(stdout, `${name} on ${host}`).toBe('');
    }
  }
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}
