import { Aborted, StageError } from './console.ts';
import type { Deployment } from './deployment.ts';
import * as guest from './guest-questions.ts';
import { bridgeCandidates } from './names.ts';
import { runNetworkTest } from './network-test.ts';
import { play } from './playbook.ts';
import { networkInterfaces } from './plays/pre-checks.ts';
import { settle } from './question.ts';
import * as questions from './questions.ts';

/** The stage `Environment customization`: every question but those for storage, in the sections of the dialog. */
export async function customize(d: Deployment): Promise<void> {
  d.console.title('STORAGE CONFIGURATION');
  d.console.title('HOST NETWORK CONFIGURATION');
  if (d.host.network.interfaces.has('ovirtmgmt')) d.console.info('Bridge ovirtmgmt already created');
  await settle(questions.gateway, d);
  await chooseBridge(d);
  for (const question of questions.networkTest) await settle(question, d);
  await runNetworkTest(d);
  d.console.title('VM CONFIGURATION');
  for (const question of questions.virtualMachine) await settle(question, d);
  await settle(questions.memoryProceed, d);
  if (d.has('CORE/memoryProceed') && !d.flag('CORE/memoryProceed', false)) throw new Aborted('Aborted');
  d.console.info('Detecting host timezone.');
  await settle(questions.engineName, d);
  for (const question of guest.cloudInit) await settle(question, d);
  d.console.title('HOSTED ENGINE CONFIGURATION');
  for (const question of guest.engine) await settle(question, d);
  if (!d.has('NETWORK/fqdn')) d.set('NETWORK/fqdn', d.text('VM/cloudinitInstanceHostName'));
}

async function chooseBridge(d: Deployment): Promise<void> {
  const known = d.bridgeIf;
  // The list is made without regard to a choice that an answer file made already.
  d.environment.delete('OVEHOSTED_NETWORK/bridgeIf');
  await play(d, 'get_network_interfaces', [{ tasks: networkInterfaces }]);
  if (known) d.set('NETWORK/bridgeIf', known);
  if (d.host.network.interfaces.has('ovirtmgmt')) {
    if (!known) d.set('NETWORK/bridgeIf', below(d));
    return;
  }
  const names = bridgeCandidates(d.host).map((nic) => nic.name);
  if (names.length === 0) throw new StageError('A Network interface is required');
  await settle(questions.bridge(names), d);
}

const below = (d: Deployment): string =>
  [...d.host.network.interfaces.values()].find((nic) => nic.master === 'ovirtmgmt')?.name ?? '';
