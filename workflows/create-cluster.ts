import { createCluster as definition } from '../runbooks/create-cluster.ts';
import type { Report } from './contract.ts';
import { approveChange } from './procedures/approve-change.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a cluster whose hosts can all run the same VMs; rolled back, a new one is removed and a changed one is as before.
 * (article, section 7)
 */
export async function createCluster(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { site } = run;
    const {
      name = site.engine.cluster,
      dataCenter = site.engine.dataCenter,
      cpuType = site.wished.cluster.cpuType,
      hosts = site.hosts.map((host) => host.name),
    } = run.input;
    const { fencing } = site.wished.cluster;
    const wish = operations.createCluster({
      ...{ name, dataCenter, hosts },
      ...(cpuType !== undefined && { cpuType }),
      ...(fencing !== undefined && { fencing }),
    });
    const found = await run.preflight(`Compare the cluster ${name}`, wish);
    await approveChange(run, `cluster ${name}`, found);
    await run.step(`Create the cluster ${name}`, wish);
  });
}
