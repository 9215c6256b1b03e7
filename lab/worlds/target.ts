import type { FaultTarget, Lab, LabHost } from '../types.ts';

/** The host a world is for; without one it is the first. */
export function hostOf(lab: Lab, target: FaultTarget): LabHost {
  const host = target.host ?? [...lab.hosts.values()][0];
  if (!host) throw new Error('the lab has no hosts');
  return host;
}

export function hostsOf(lab: Lab, target: FaultTarget): LabHost[] {
  return target.host ? [target.host] : [...lab.hosts.values()];
}
