import type { Command } from 'commander';
import { add, type Deliver } from '../command.ts';
import { examine } from '../doctor/index.ts';
import { doctorText } from '../doctor/text.ts';
import { EXIT } from '../failure.ts';
import { wantsColour } from '../runs/words.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';

export function addDoctor(program: Command, deliver: Deliver): void {
  add<CommonFlags>(
    program,
    {
      name: 'doctor',
      about: 'look at everything that runbooks rely on, change nothing, and name every missing piece with its fix',
      examples: ['doctor', 'doctor --inventory datacenter.yaml', 'doctor --json'],
      server: true,
      options: (command) =>
        command.option('--inventory <file>', 'which one (default: RUNBOOK_INVENTORY, the stack, ./datacenter.yaml)'),
      run: async (_args, flags) => {
        const checks = await examine(resolveSettings(flags));
        const found = checks.some(({ state }) => state === 'problem');
        return {
          document: { checks },
          text: doctorText(checks, wantsColour(process.stdout)),
          exit: found ? EXIT.ended : EXIT.ok,
        };
      },
    },
    deliver,
  );
}
