/** The lab as a process: flags in, one JSON line out when it is ready, ends on SIGTERM or SIGINT. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'bare' },
    hosts: { type: 'string', default: '3' },
    speed: { type: 'string', default: '60' },
    profile: { type: 'string', default: 'ovirt-4.3' },
    'control-port': { type: 'string' },
    dir: { type: 'string' },
  },
});

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} must be a number above zero, not ${text}`);
  return value;
}

try {
  const port = values['control-port'];
  const running = await startLab({
    preset: values.preset,
    hosts: Math.floor(positive('hosts', values.hosts)),
    speed: positive('speed', values.speed),
    profile: values.profile,
    dir: resolve(values.dir ?? mkdtempSync(join(tmpdir(), 'ovirt-lab-'))),
    ...(port === undefined ? {} : { controlPort: positive('control-port', port) }),
  });
  const { control, engine, inventory, hosts } = running;
  process.stdout.write(`${JSON.stringify({ control, engine, inventory, hosts, pid: process.pid })}\n`);
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      void running.close().then(() => process.exit(0));
    });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
