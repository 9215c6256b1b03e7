/**
 * The playbooks that the deployment runs, task by task in the order of the 4.3 role: names as the console shows them,
 * typical virtual durations, and what each task changes in the world. A task without effect is a read or a
 * preparation that nothing outside the run can see.
 */
import type { Block } from '../ansible.ts';
import { addHost } from './add-host.ts';
import { finalClean } from './final-clean.ts';
import { finalTasks } from './final-tasks.ts';
import { initialClean } from './initial-clean.ts';
import { engineFinal, engineInitial, engineSetup } from './local-engine.ts';
import { createLocalVm, routingRules } from './local-vm.ts';
import { preChecks } from './pre-checks.ts';
import { createStorageDomain } from './storage-domain.ts';
import { engineVmConfiguration, targetVm } from './target-vm.ts';

const validations: readonly Block[] = [{ tasks: preChecks }, { tasks: initialClean }];

export const plays = {
  initialClean: validations,
  bootstrap: [
    ...validations,
    { tasks: routingRules },
    createLocalVm,
    engineInitial,
    { tasks: engineSetup },
    engineFinal,
    addHost,
  ],
  storageDomain: [{ tasks: createStorageDomain }],
  targetVm: [{ tasks: targetVm }, { tasks: engineVmConfiguration }, { tasks: finalTasks }],
  finalClean: [{ tasks: finalClean }],
} satisfies Record<string, readonly Block[]>;
