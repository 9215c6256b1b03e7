/** Records the histories anew: `node --import tsx test/replay/record.ts [NAME…]`. */
import { writeFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { obtainTemporal } from '../../scripts/temporal.mjs';
import { Stack } from '../support/stack.ts';
import { startTemporal } from '../support/temporal-server.ts';
import { STORIES } from './stories.ts';

const wanted = process.argv.slice(2);
const temporal = await startTemporal(await obtainTemporal());
const stack = await Stack.open({ address: temporal.address, speed: 600 });
try {
  for (const story of STORIES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    await stack.control.reset();
    const run = await story.play(stack);
    const { type, message } = await run.end();
    if (type !== story.end) throw new Error(`${story.name} ended ${type}, not ${story.end}: ${message}`);
    const history = await run.handle.fetchHistory();
    const file = new URL(`histories/${story.name}.json`, import.meta.url);
    writeFileSync(file, `${JSON.stringify(withoutMachine(JSON.parse(historyToJSON(history)), stack.directory))}\n`);
    process.stdout.write(`${story.name}: ${history.events?.length} events\n`);
  }
} finally {
  await stack.close();
  await temporal.close();
}

/** What tells of the machine that recorded is replaced: folders in payloads and stack traces, names of processes. */
function withoutMachine(value: unknown, directory: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutMachine(item, directory));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'identity') return [key, 'recorder'];
      if (key === 'stackTrace') return [key, ''];
      if (key === 'data' && typeof item === 'string') return [key, rewritten(item, directory)];
      return [key, withoutMachine(item, directory)];
    }),
  );
}

function rewritten(base64: string, directory: string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return Buffer.from(text.replaceAll(directory, '/var/lib/runbooks')).toString('base64');
}
