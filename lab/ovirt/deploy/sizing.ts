import type { Deployment } from './deployment.ts';
import { availableMemoryMb } from './names.ts';

const APPLIANCE_MEMORY_MB = 16384;
const MINIMAL_MEMORY_MB = 4096;

export function memoryDefault(d: Deployment): number {
  return Math.min(APPLIANCE_MEMORY_MB, Math.max(availableMemoryMb(d.host), 0));
}

/** More virtual CPUs than the host has is an error, fewer than two only a warning. */
export function cpuComplaint(d: Deployment, value: unknown): string | undefined {
  const wanted = Number(value);
  if (!Number.isInteger(wanted) || wanted < 1) return `Invalid number of cpu specified: ${String(value)}`;
  if (wanted > d.host.cpu.count) {
    return `Invalid number of cpu specified: ${wanted}, while only ${d.host.cpu.count} are available on the host`;
  }
  if (wanted < 2) d.console.warning('Minimum requirements for CPUs not met');
  return undefined;
}

/** What the role's own memory check says; it looks again after the dialog did. */
export function memoryFailure(d: Deployment): string | undefined {
  if (!d.flag('CORE/checkRequirements', true) || !d.flag('CORE/memCheckRequirements', true)) return undefined;
  const max = availableMemoryMb(d.host);
  const wanted = d.number('VM/vmMemSizeMB');
  const reserved = 'Be aware that 512MB is reserved for the host and cannot be allocated to the engine VM.';
  if (max < MINIMAL_MEMORY_MB) {
    return `Available memory ( ${max}MB ) is less then the minimal requirement (${MINIMAL_MEMORY_MB}MB). ${reserved}`;
  }
  if (wanted < MINIMAL_MEMORY_MB) {
    return `Memory size must be at least ${MINIMAL_MEMORY_MB}MB, while you selected only ${wanted}MB`;
  }
  if (wanted > max) return `Not enough memory! ${wanted}MB, while only ${max}MB are available on the host. ${reserved}`;
  return undefined;
}
