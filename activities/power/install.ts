import { ended, INSTALLED, PASSING, said } from '../engine/add-host.ts';
import { type HostView, hostInEngine } from '../engine/hosts.ts';
import { readTrace, type Trace } from '../engine/trace.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';

interface InstallFacts {
  readonly seen: HostView;
  readonly trace: Trace;
}

/**
 * Installs a host in maintenance once more, so that its crash kernel tells the engine when it writes a dump; the hosted
 * engine on it stays as it is. Leaves it in maintenance. (article, section 9: Kdump integration on a working host)
 */
export const integrateKdump = engineOperation<HostParams, InstallFacts>({
  name: 'integrateKdump',
  title: ({ host }) => `Install ${host} again with Kdump integration`,
  settleSeconds: 3600,
  async look(context, { host }) {
    const seen = await hostInEngine(context, host);
    return { seen, trace: await readTrace(context, { host: seen.id }) };
  },
  decide(facts, { host: name }): EngineDecision<undefined> {
    const { seen, trace } = facts;
    const kdump = seen.kdump_status ?? 'unknown';
    const evidence = [`${name} is ${seen.status} in the engine, Kdump integration ${kdump}`];
    if (PASSING.includes(seen.status)) {
      return { state: 'underWay', changes: [], evidence, awaits: said(`${name} is ${seen.status}`, trace) };
    }
    if (kdump === 'enabled') return { state: 'already', changes: [], evidence };
    const bad = ended(name, facts) ?? (trace.events.some(({ code }) => code === INSTALLED) ? without(name) : undefined);
    if (bad !== undefined) return { state: 'underWay', changes: [], evidence, failed: bad };
    const install = {
      request: 'POST' as const,
      path: `/hosts/${seen.id}/install`,
      body: { ssh: { authentication_method: 'publickey' }, activate: false },
    };
    if (['maintenance', 'install_failed'].includes(seen.status)) {
      return { state: 'wouldDo', changes: [install], evidence, undo: lookAgain(name) };
    }
    const finding = { what: `${name} is ${seen.status} in the engine`, fix: 'Put it into maintenance, then retry' };
    return { state: 'refused', changes: [install], evidence, findings: [finding] };
  },
});

const lookAgain = (host: string) => ({
  title: `Nothing takes the Kdump integration of ${host} back: see whether it is there`,
  call: { operation: 'tellKdump', params: { host } },
  byHand: `see whether ${host} has fence_kdump_nodes in /etc/kdump.conf`,
});

/** Changes nothing; tells that the host keeps its Kdump integration, where an installation got as far. */
export const tellKdump = engineOperation<HostParams, HostView>({
  name: 'tellKdump',
  title: ({ host }) => `See whether ${host} keeps its Kdump integration`,
  look: (context, { host }) => hostInEngine(context, host),
  decide({ kdump_status: kdump = 'unknown' }, { host }): EngineDecision<undefined> {
    const evidence = [`Kdump integration of ${host} is ${kdump}`];
    if (kdump === 'disabled') return { state: 'already', changes: [], evidence };
    const leaves = {
      what: `${host} ${kdump === 'enabled' ? 'keeps' : 'may have'} the Kdump integration (fence_kdump_nodes in /etc/kdump.conf)`,
      byHand: `install ${host} again with Kdump integration off: Administration Portal, Installation > Reinstall`,
    };
    return { state: 'already', changes: [], evidence, leaves };
  },
});

const without = (name: string) => ({
  what: `${name} was installed again, but does not tell of crash dumps`,
  lines: [`kdump_status of ${name} is not enabled`],
  fix: `On ${name}: reserve memory for the crash kernel (crashkernel=auto, then a reboot) and see that systemctl status kdump is active; or start with "kdump": false`,
});
