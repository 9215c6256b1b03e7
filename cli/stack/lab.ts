import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { keptBundle } from '../../scripts/bundle.mjs';
import type { Home } from '../home.ts';
import { type Program, type Running, untilReady } from './process.ts';
import type { LabRecord, LabSettings } from './record.ts';

export const LAB_DEFAULTS: LabSettings = { preset: 'bare', hosts: 3, speed: 60 };

/** Node's arguments for a lab that keeps its files in the home, whose code is made there if it is missing. */
export async function labArgs(home: Home, settings: LabSettings): Promise<readonly string[]> {
  const { preset, hosts, speed, profile, controlPort } = settings;
  const { path } = await keptBundle('lab/main.ts', home.path('cache'));
  return [
    path,
    ...['--preset', preset, '--hosts', String(hosts), '--speed', String(speed), '--dir', home.folder('lab')],
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(controlPort === undefined ? [] : ['--control-port', String(controlPort)]),
  ];
}

export async function labProgram(home: Home, settings: LabSettings): Promise<Program> {
  return {
    command: process.execPath,
    args: await labArgs(home, settings),
    log: home.path('logs', 'lab.log'),
    stdout: home.path('logs', 'lab.stdout'),
  };
}

/** Waits until every host of the lab accepts SSH. */
export async function labReady(running: Running, { log, stdout }: Pick<Program, 'log' | 'stdout'>): Promise<LabRecord> {
  const { control, engine, inventory, hosts } = await untilReady('The lab', running, log, 300, async () =>
    readyLine<LabRecord>(stdout),
  );
  await untilReady('SSH of the lab', running, log, 60, async () => {
    const answers = await Promise.all(Object.values(hosts).map(acceptsSsh));
    return answers.every(Boolean) ? true : undefined;
  });
  return { control, engine, inventory, hosts };
}

/** The JSON line that a process prints when it is ready; nothing before. */
export function readyLine<T>(file: string): T | undefined {
  const text = readFileSync(file, 'utf8');
  const line = text.split('\n').find((candidate) => candidate.startsWith('{'));
  // Without its line end it may be half of it.
  return line === undefined || !text.includes(`${line}\n`) ? undefined : (JSON.parse(line) as T);
}

/** True when the host greets as SSH servers do. */
async function acceptsSsh({ address, port }: { address: string; port: number }): Promise<boolean> {
  const socket = connect({ host: address, port, timeout: 2000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer')));
  try {
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    return greeting.toString('latin1').startsWith('SSH-2.0-');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Puts the lab back to a preset; ports, host keys and inventory stay as they are. */
export async function resetLab(control: string, settings: Pick<LabSettings, 'preset' | 'hosts'>): Promise<void> {
  const { preset, hosts } = settings;
  const answer = await fetch(`${control}/reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ preset, hosts, seed: 1 }),
  });
  if (!answer.ok) throw new Error(`the lab refused to reset: ${answer.status} ${await answer.text()}`);
}
