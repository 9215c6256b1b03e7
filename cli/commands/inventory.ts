import type { Command } from 'commander';
import { add, type Deliver } from '../command.ts';
import { usage } from '../failure.ts';
import { type ImportRequest, importInventory } from '../import/index.ts';
import { checkBlackouts } from '../schedules/check-blackouts.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { trustEngine } from '../trust/engine.ts';
import { readInventory } from '../trust/file.ts';
import { trustHost } from '../trust/host.ts';
import { atTerminal } from './start.ts';

interface ImportFlags extends CommonFlags {
  readonly engine?: string;
  readonly user: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly ca?: string;
  readonly fingerprint?: string;
  readonly sshKey: string;
  readonly output?: string;
}

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
        await checkBlackouts(path);
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
      about: 'pin the SSH host key of a host, or with "engine" its CA and the key of its VM, after a person compared',
      examples: [
        'inventory trust host1',
        'inventory trust host1 --fingerprint SHA256:Yq8PZ0T1x0iQ7m3dC5bV9nK2sLw4eR6uJ8hG1fD3aZo',
        'inventory trust engine',
        'inventory trust engine --fingerprint SHA256:Yq8PZ0T1x0iQ7m3dC5bV9nK2sLw4eR6uJ8hG1fD3aZo',
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
  add<ImportFlags>(
    group,
    {
      name: 'import',
      about: 'write an inventory from what engine and hosts tell; reads only, and overwrites no file',
      examples: [
        'inventory import --engine https://ovirt.example.com/ovirt-engine --fingerprint AA:BB:… --password-env OVIRT_ADMIN_PASSWORD --output datacenter.yaml',
        'inventory import --inventory datacenter.yaml --output datacenter.new.yaml',
      ],
      options: (command) =>
        whichInventory(command)
          .option('--engine <url>', 'the engine, when there is no inventory yet')
          .option('--user <name>', 'user of the engine', 'admin@internal')
          .option('--password-file <file>', 'file of mode 0600 that holds the password of that user')
          .option('--password-env <name>', 'environment variable that holds it')
          .option('--ca <file>', 'CA by which the engine is verified')
          .option('--fingerprint <fingerprint>', 'SHA-256 fingerprint of that CA, in place of its file')
          .option('--ssh-key <file>', 'private key for hosts, as it is to stand in the file', 'secrets/id_ed25519')
          .option('--output <file>', 'where to write; default: stdout'),
      run: async (_args, flags) => importInventory(importRequest(flags)),
    },
    deliver,
  );
}

function importRequest(flags: ImportFlags): ImportRequest {
  const { engine, user, passwordFile, passwordEnv, ca, fingerprint, sshKey, output } = flags;
  const { inventory } = resolveSettings(flags);
  const request = { inventory, sshKey, ...(output !== undefined && { output }) };
  if (engine === undefined) {
    const alone = ['passwordFile', 'passwordEnv', 'ca', 'fingerprint'].find((flag) => flag in flags);
    if (alone === undefined) return request;
    const flag = alone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usage(`--${flag} says how to reach the engine that --engine names: add --engine https://…/ovirt-engine.`);
  }
  const url = engine.replace(/\/+$/, '');
  if (!/^https:\/\/[^\s/?#]+\/ovirt-engine$/.test(url)) {
    throw usage(`--engine: must look like https://ovirt.example.com/ovirt-engine; it is ${JSON.stringify(engine)}.`);
  }
  if ((passwordFile === undefined) === (passwordEnv === undefined)) {
    throw usage(
      '--engine needs one of --password-file and --password-env, so that the password stands on no command line.',
    );
  }
  if ((ca === undefined) === (fingerprint === undefined)) {
    throw usage(
      '--engine needs one of --ca and --fingerprint, by which the engine is verified; in the engine VM: openssl x509 -noout -fingerprint -sha256 -in /etc/pki/ovirt-engine/ca.pem',
    );
  }
  const password = passwordFile === undefined ? { env: passwordEnv ?? '' } : { file: passwordFile };
  const trusted = ca === undefined ? { fingerprint: fingerprint ?? '' } : { ca };
  return { ...request, engine: { url, user, password, ...trusted } };
}
