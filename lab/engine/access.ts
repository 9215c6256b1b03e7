import { runningOn } from '../ovirt/engine-vm.ts';
import type { Lab } from '../types.ts';

/** How far the engine machine is: not there, there with a web server in front of nothing, or up. */
export function engineAccess(lab: Lab): 'off' | 'starting' | 'up' {
  const running = runningOn(lab);
  if (running?.host.power !== 'on') return 'off';
  const { status, engine } = running.record;
  if (status === 'Powering up' || status === 'Paused') return 'off';
  return engine ? 'up' : 'starting';
}
