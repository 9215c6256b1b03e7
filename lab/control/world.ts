/** Faults that change the world: power, restarts, disks, clocks, and the named worlds of the parts. */
import type { LabCore } from '../lab-core.ts';
import { type Fault, textKinds } from './faults.ts';

const worldKinds = [
  'reboot',
  'power-loss',
  'power-on',
  'crash',
  'restart',
  'disk-full',
  'disk-free',
  'clock-skew',
] as const;

export function faultKinds(lab: LabCore): string[] {
  const worlds = lab.parts.flatMap((part) => Object.keys(part.worlds ?? {}));
  return [...new Set([...textKinds, ...worldKinds, ...lab.faults.partKinds, ...worlds])];
}

export function knownTargets(lab: LabCore): string[] {
  const hosts = [...lab.hosts.keys()];
  return [...hosts, 'engine', 'imageio', 'dns', 'storage', ...hosts.map((name) => `bmc:${name}`)];
}

/** Acts at once; what takes long (a reboot) goes on by itself. */
export async function applyFault(lab: LabCore, fault: Fault): Promise<void> {
  const host = lab.hosts.get(fault.target);
  const world = lab.parts.map((part) => part.worlds?.[fault.kind]).find((found) => found !== undefined);
  if (world) {
    const { target, body: detail } = fault;
    await world(lab, { target, ...(host ? { host } : {}), ...(detail ? { detail } : {}) });
    lab.changed(`world ${fault.kind}`);
    return;
  }
  if (!host) {
    if (fault.kind.startsWith('drop') || fault.kind === 'restart')
      await Promise.all(lab.parts.map((part) => part.onTargetFault?.(lab, { target: fault.target, kind: fault.kind })));
    return;
  }
  lab.changed(`${host.name}: ${fault.kind}`);
  switch (fault.kind) {
    case 'drop-before':
    case 'drop-after':
    case 'restart':
      lab.cutConnections(host);
      break;
    case 'reboot':
      host.powerLoss();
      void host.powerOn();
      break;
    case 'power-loss':
      host.powerLoss();
      break;
    case 'crash':
      host.crash();
      break;
    case 'power-on':
      void host.powerOn();
      break;
    case 'disk-full':
      host.fs.full = true;
      break;
    case 'disk-free':
      host.fs.full = false;
      break;
    case 'clock-skew':
      host.clockSkew = (fault.delayMs ?? 300_000) / 1000;
      host.ntp.synchronised = false;
      break;
    default:
      break;
  }
}
