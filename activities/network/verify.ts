import { type EngineUnmanagedNetwork, engineUnmanagedNetwork } from '../../connectors/engine/model/host-network.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { hostInEngine } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import {
  type ClusterNetworkFacts,
  clusterNetworkFacts,
  type HostNetworks,
  hostNetworks,
  interfaceOf,
  outOfSync,
} from './facts.ts';
import { fileReads, type HostDevices, type HostFiles, misfits, nameOnHosts, parseFiles, portOf } from './files.ts';
import type { HostNetwork } from './params.ts';
import { wishedNetwork, wishedSettings } from './wish.ts';

interface VerifyFacts extends ClusterNetworkFacts {
  readonly networks: HostNetworks;
  readonly unmanaged: readonly EngineUnmanagedNetwork[];
  readonly devices: HostDevices;
  readonly files: HostFiles;
}

/**
 * Reads that a host carries a network: the engine calls it in sync, manages it, reaches the host; VDSM has written its
 * files, and its devices are there. Changes nothing. (article, section 11)
 * @throws NotYet while the engine has not found the host again
 */
export const verifyNetwork = engineOperation<HostNetwork, VerifyFacts>({
  name: 'verifyNetwork',
  title: ({ host, name }) => `Verify ${name} on ${host}`,
  look,
  decide({ network, networks, unmanaged, devices, files }, { host, name }): EngineDecision<undefined> {
    const attachment = networks.attachments.find((one) => one.network.id === network?.id);
    const on = attachment && interfaceOf(networks, attachment);
    const own = unmanaged.filter((one) => one.name === devices.name);
    const wrong = [
      ...(attachment === undefined ? [`the engine does not see ${name} there`] : outOfSync(attachment)),
      ...(on === undefined || on === devices.interface ? [] : [`it is on ${on}`]),
      ...(own.length > 0 ? ['the engine does not manage it'] : []),
      ...misfits(devices, files),
    ];
    const evidence = [
      `${host} has ${name} on ${on ?? 'no interface'}, ${wrong.length === 0 ? 'in sync' : 'not as it is wished'}`,
      `unmanaged networks: ${unmanaged.map((one) => one.name).join(', ') || 'none'}`,
      `VDSM has written ifcfg-${portOf(devices)}${devices.vm ? ` and ifcfg-${devices.name}` : ''}`,
    ];
    if (wrong.length === 0) return { state: 'already', changes: [], evidence };
    const fix =
      'Look at Setup Host Networks of the host in the Administration Portal, and at /var/log/vdsm/supervdsm.log';
    const findings = wrong.map((what) => ({ what: `${host}: ${what}`, fix }));
    return { state: 'refused', changes: [], evidence: [...evidence.slice(0, 2), ...wrong], findings };
  },
});

async function look(context: OperationContext, params: HostNetwork): Promise<VerifyFacts> {
  const host = await hostInEngine(context, params.host);
  if (!['up', 'maintenance'].includes(host.status)) {
    throw new OperatorError('NotYet', `${params.host} is ${host.status} in the engine, not up yet`);
  }
  const wish = wishedNetwork(context.inventory, params.name);
  const facts = await clusterNetworkFacts(context, params);
  const name = facts.network === undefined ? params.name : nameOnHosts(facts.network);
  const devices = { ...wishedSettings(wish), name, interface: params.interface ?? wish.interface };
  const [networks, unmanaged, files] = await Promise.all([
    hostNetworks(context, host.id),
    context.engine().list(`/hosts/${host.id}/unmanagednetworks`, engineUnmanagedNetwork),
    readAll(context.host(params.host), fileReads(devices)),
  ]);
  return { ...facts, networks, unmanaged, devices, files: parseFiles(files) };
}
