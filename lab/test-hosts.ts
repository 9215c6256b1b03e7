/** Bare hosts without wires for the tests of the kernel and of CentOS' commands; time runs as fast as it can. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFault } from './control/world.ts';
import { prepare } from './credentials.ts';
import { buildDatacentre } from './datacentre.ts';
import { hostPart } from './host/index.ts';
import type { Host } from './kernel/host.ts';
import { LabCore } from './lab-core.ts';
import { openStore } from './store.ts';
import type { LabPart, RunOptions, RunResult } from './types.ts';

export interface TestHosts {
  readonly lab: LabCore;
  readonly host: Host;
  /** Runs a script as root on host1; virtual waits take no real time. */
  sh(script: string, options?: RunOptions): Promise<RunResult>;
  close(): void;
}

export async function testHosts(
  options: { hosts?: number; speed?: number; parts?: readonly LabPart[] } = {},
): Promise<TestHosts> {
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  const lab = new LabCore({
    speed: options.speed ?? 60,
    profile: 'ovirt-4.3',
    store: openStore(dir),
    parts: [hostPart, ...(options.parts ?? [])],
    random: () => 0.5,
    act: (core, fault) => applyFault(core, fault),
  });
  const count = options.hosts ?? 1;
  await prepare(lab, count);
  await buildDatacentre(lab, { count });
  const host = lab.hosts.get('host1');
  if (!host) throw new Error('host1 was not built');
  return {
    lab,
    host,
    sh: (script, run) => lab.clock.hurry(() => host.sh(script, run)),
    close: () => {
      for (const one of lab.hosts.values()) one.powerLoss();
      lab.clock.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
