import type { Task } from '../ansible.ts';
import { bootstrapVm } from '../bootstrap-vm.ts';
import { fetchLogs } from './local-engine.ts';
import { cleanLocalVmDir } from './local-vm.ts';

export const finalClean: readonly Task[] = [
  ...fetchLogs.map((task) => ({
    ...task,
    skip: (d: { host: Parameters<typeof bootstrapVm.isRunning>[0] }) => !bootstrapVm.isRunning(d.host),
  })),
  ...cleanLocalVmDir,
];
