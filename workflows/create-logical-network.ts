import type { NetworkPreflight } from '../activities/network/params.ts';
import { createLogicalNetwork as definition } from '../runbooks/create-logical-network.ts';
import type { Report } from './contract.ts';
import { approveChange } from './procedures/approve-change.ts';
import { operations, runbook } from './runtime/index.ts';
import type { Run } from './runtime/run.ts';

/**
 * Makes a logical network and brings it onto every host of the cluster; rolled back, the hosts lose it first, then the
 * cluster, then the data center, and what was there before is as before. (article, section 11)
 */
export async function createLogicalNetwork(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { engine, wished } = run.site;
    const { name, dataCenter = engine.dataCenter, cluster = engine.cluster } = run.input;
    const wish = wished.networks.find((network) => network.name === name);
    const place = { name, dataCenter, cluster };
    const check = operations.preflightNetwork({ ...place, hosts: run.input.hosts });
    const seen = await run.preflight(`Check the network ${name}`, check);
    const hosts = run.input.hosts ?? seen.hosts;
    await approve(run, name, { ...seen, hosts });

    const created = await run.step(`Create the network ${name}`, operations.createNetwork({ name, dataCenter }));
    const attached = await run.step(`Attach ${name} to the cluster ${cluster}`, operations.attachNetwork(place), {
      needs: [created],
    });
    if (wish?.vmNetwork === true) {
      const profile = operations.createVnicProfile({ name, dataCenter });
      await run.step(`Create the vNIC profile ${name}`, profile, { needs: [created] });
    }
    // One by one: a mistake costs one host its link, for as long as its rollback takes.
    for (const host of hosts) {
      const setUp = await run.step(`Set up ${name} on ${host}`, operations.setUpNetwork({ ...place, host }), {
        typical: '1 minute',
        undoTypical: '1 minute',
      });
      await run.check(`Verify ${name} on ${host}`, operations.verifyNetwork({ ...place, host }), { needs: [setUp] });
    }
    if (wish?.required === true) {
      const require = operations.requireNetwork({ ...place, required: true });
      await run.step(`Make ${name} required in the cluster ${cluster}`, require, { needs: [attached] });
    }
  });
}

/** One question before anything is touched; for the management network one that only its typed name answers. */
async function approve(run: Run, name: string, seen: NetworkPreflight): Promise<void> {
  const { management, differences, hosts } = seen;
  if (!management && differences.length > 0) return approveChange(run, `network ${name}`, seen);
  return run.approval(management ? `Touch the management network ${name}` : `Set up the network ${name}`, {
    show: {
      Network: management ? `${name}, by which the engine reaches its hosts` : name,
      ...(management && { Differences: differences.join('; ') || 'none' }),
      Hosts: hosts.join(', '),
      'If a host loses its link': 'the engine rolls it back, and the run stops there',
    },
    ...(management && { typed: name }),
  });
}
