import type { Command } from 'commander';
import { add, type Deliver } from '../command.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { trustEngine } from '../trust/engine.ts';
import { readInventory } from '../trust/file.ts';
import { trustHost } from '../trust/host.ts';
import { atTerminal } from './start.ts';

interface TrustFlags extends CommonFlags {
  readonly fingerprint?: string;
  readonly replace?: boolean;
}

const whichInventory = (command: Command): Command =>
  command.option('--inventory <file>', 'which one (default: RUNBOOK_INVENTORY, the stack, ./datacenter.yaml)');

export function addInventory(program: Command, deliver: Deliver): void {
  const group = program.command('inventory').description("the user's description of the datacentre").helpCommand(false);
  add<CommonFlags>(
    group,
    {
      name: 'check',
      about: 'read the inventory and name every mistake with its line',
      examples: ['inventory check', 'inventory check --inventory datacenter.yaml --json'],
      options: whichInventory,
      run: async (_args, flags) => {
        const { inventory: path } = resolveSettings(flags);
        const { inventory, digest } = await readInventory(path);
        const hosts = inventory.hosts.map(({ name }) => name);
        return {
          document: { inventory: path, digest, hosts },
          text: `${path} is good: ${hosts.length} host${hosts.length === 1 ? '' : 's'} (${hosts.join(', ')}), engine ${inventory.engine.fqdn}.\nsha256 ${digest}`,
        };
      },
    },
    deliver,
  );
  add<TrustFlags>(
    group,
    {
      name: 'trust <host>',
      about: 'pin the SSH host key of a host, or with "engine" its CA, after its fingerprint was compared',
      examples: [
        'inventory trust host1',
        'inventory trust host1 --fingerprint SHA256:Yq8PZ0T1x0iQ7m3dC5bV9nK2sLw4eR6uJ8hG1fD3aZo',
        'inventory trust engine',
      ],
      options: (command) =>
        whichInventory(command)
          .option('--fingerprint <fingerprint>', 'the right one: pins only if it is shown, asks nobody')
          .option('--replace', 'put it in place of another one that is pinned'),
      run: async ([name = ''], flags) => {
        const { inventory } = resolveSettings(flags);
        const request = {
          inventory,
          ...(flags.fingerprint !== undefined && { fingerprint: flags.fingerprint }),
          replace: flags.replace === true,
          terminal: atTerminal(flags),
        };
        return name === 'engine' ? trustEngine(request) : trustHost(name, request);
      },
    },
    deliver,
  );
}
