import { addHostedEngineHost } from '../runbooks/add-hosted-engine-host.ts';
import { attachStorageDomain } from '../runbooks/attach-storage-domain.ts';
import { buildDatacenter as definition } from '../runbooks/build-datacenter.ts';
import { createCluster } from '../runbooks/create-cluster.ts';
import { createDataCenter } from '../runbooks/create-data-center.ts';
import { deployHostedEngine } from '../runbooks/deploy-hosted-engine.ts';
import type { Report } from './contract.ts';
import { asChild, operations, runbook } from './runtime/index.ts';

/**
 * Builds what the inventory describes, in the order of the article; a part that is there already is found and left.
 * Rolled back, the parts are taken back newest first, each as its own runbook says. (article, section 16)
 */
export async function buildDatacenter(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { engine, hosts, wished } = run.site;
    const { atATime = 2, stopAfter = 1 } = run.input;
    await run.preflight('Check the description of the datacentre', operations.checkDescription({}));
    const [first, ...further] = hosts.filter(({ role }) => role === 'hostedEngine').map(({ name }) => name);
    if (first === undefined) return;

    const deployed = await run.child(
      `Deploy the hosted engine on ${first}`,
      asChild(deployHostedEngine, { host: first }),
    );
    // The deploy makes both, with the names of the inventory; what it could not set is compared here.
    const center = await run.child(`Create the data center ${engine.dataCenter}`, asChild(createDataCenter, {}), {
      needs: [deployed],
    });
    const cluster = await run.child(`Create the cluster ${engine.cluster}`, asChild(createCluster, {}), {
      needs: [center],
    });
    const added = await run.children(
      further.map((host) => ({
        title: `Add ${host} with the hosted engine`,
        ...asChild(addHostedEngineHost, { host }),
        needs: [cluster],
      })),
      { limit: atATime, stopAfter },
    );
    // Every host has to see a LUN before it becomes a domain of theirs.
    let before = added;
    for (const { name } of wished.dataDomains) {
      before = await run.child(`Attach the storage domain ${name}`, asChild(attachStorageDomain, { name }), {
        needs: [before],
      });
    }
  });
}
