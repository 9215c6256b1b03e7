import type { Command } from 'commander';
import { add, type Deliver } from '../command.ts';
import { fetchConsole } from '../console-file.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';

interface ConsoleFlags extends CommonFlags {
  readonly out?: string;
  readonly protocol?: string;
}

export function addConsole(program: Command, deliver: Deliver): void {
  add<ConsoleFlags>(
    program,
    {
      name: 'console <vm>',
      about: 'fetch the file with which remote-viewer opens the console of a VM; asks the engine itself',
      examples: ['console vm1', 'console vm1 --out /tmp/vm1.vv && remote-viewer /tmp/vm1.vv'],
      options: (command) =>
        command
          .option('--out <file>', 'where to write it, for this user alone (default: VM.vv in this folder)')
          .option('--protocol <name>', 'vnc or spice, where the VM has both')
          .option('--inventory <file>', 'which one (default: RUNBOOK_INVENTORY, the stack, ./datacenter.yaml)'),
      run: ([vm = ''], { out, protocol, ...flags }) =>
        fetchConsole({
          vm,
          inventory: resolveSettings(flags).inventory,
          ...(out !== undefined && { out }),
          ...(protocol !== undefined && { protocol }),
        }),
    },
    deliver,
  );
}
