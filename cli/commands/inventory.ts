import type { Command } from 'commander';
import { OperatorError } from '../../failures/operator-error.ts';
import { loadInventory } from '../../inventory/load.ts';
import { add, type Deliver } from '../command.ts';
import { usage } from '../failure.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';

export function addInventory(program: Command, deliver: Deliver): void {
  const group = program.command('inventory').description("the user's description of the datacentre").helpCommand(false);
  add<CommonFlags>(
    group,
    {
      name: 'check',
      about: 'read the inventory and name every mistake with its line',
      examples: ['inventory check', 'inventory check --inventory datacenter.yaml --json'],
      options: (command) =>
        command.option('--inventory <file>', 'which one (default: RUNBOOK_INVENTORY, the stack, ./datacenter.yaml)'),
      run: async (_args, flags) => {
        const { inventory: path } = resolveSettings(flags);
        const { inventory, digest } = await loaded(path);
        const hosts = inventory.hosts.map(({ name }) => name);
        return {
          document: { inventory: path, digest, hosts },
          text: `${path} is good: ${hosts.length} host${hosts.length === 1 ? '' : 's'} (${hosts.join(', ')}), engine ${inventory.engine.fqdn}.\nsha256 ${digest}`,
        };
      },
    },
    deliver,
  );
}

async function loaded(path: string) {
  try {
    return await loadInventory(path);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw usage(error.message, { inventory: path, ...error.details });
  }
}
