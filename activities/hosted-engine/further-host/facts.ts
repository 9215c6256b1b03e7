/**
 * activities/hosted-engine/further-host/ finds everything that would keep a host from becoming one more, able to run the
 * engine VM or other VMs only: `facts.ts` gathers on it, on those that can run the engine VM and in the engine;
 * `judge.ts` judges.
 */
import { engineCluster } from '../../../connectors/engine/model/cluster.ts';
import { engineVm } from '../../../connectors/engine/model/vm.ts';
import { engineHosts } from '../../engine/hosts.ts';
import { engineRelease } from '../../engine/release.ts';
import { parseAddressList, parseDefaultRoute, parseLinks } from '../../host/parse/ip.ts';
import { readAll } from '../../host/read-all.ts';
import type { OperationContext } from '../../operation.ts';
import { readHostCa } from '../../runtime/host-ca.ts';
import { readHaHosts } from '../ha/read-host.ts';
import { lunReads, parseLun } from '../lun.ts';
import { lookAtHost } from '../preflight/facts.ts';
import { unreachable } from '../preflight/other-hosts.ts';

export type FurtherHostFacts = Awaited<ReturnType<typeof gatherFurtherHost>>;
export type Sibling = Awaited<ReturnType<typeof lookAtSibling>>;

export async function gatherFurtherHost(context: OperationContext, host: string) {
  const ha = await readHaHosts(context);
  const reachable = ha.filter(({ name, sight }) => name !== host && sight !== undefined && sight.conf.vmid);
  const [here, ca, siblings, engine] = await Promise.all([
    lookAtHost(context, { host }).catch(unreachable),
    readHostCa(context.host(host)).catch(() => undefined),
    Promise.all(reachable.map(({ name }) => lookAtSibling(context, name))),
    lookAtEngine(context),
  ]);
  return { here, ca, ha, siblings, engine };
}

async function lookAtSibling(context: OperationContext, name: string) {
  const wwid = context.inventory.storage.hostedEngine.lun;
  const shell = context.host(name);
  const [answers, ca] = await Promise.all([
    readAll(shell, {
      ...lunReads(wwid),
      addresses: ['ip', '-o', 'addr'],
      routes: ['ip', 'route'],
      links: ['ip', '-o', 'link'],
    }),
    readHostCa(shell),
  ]);
  return {
    name,
    ca,
    lun: parseLun(wwid, answers),
    addresses: parseAddressList(answers.addresses.text),
    defaultRoute: parseDefaultRoute(answers.routes.text),
    links: parseLinks(answers.links.text),
  };
}

async function lookAtEngine(context: OperationContext) {
  const engine = context.engine();
  const [version, vms, clusters, hosts] = await Promise.all([
    engineRelease(context),
    engine.list('/vms', engineVm),
    engine.list('/clusters', engineCluster),
    engineHosts(context),
  ]);
  const vm = vms.find(({ origin }) => origin === 'managed_hosted_engine' || origin === 'hosted_engine');
  return {
    version,
    vm,
    cluster: clusters.find(({ id }) => id === vm?.cluster?.id),
    hosts,
  };
}
