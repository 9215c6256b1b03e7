import type { PowerStatus } from '../../connectors/engine/index.ts';
import { hostName, isEngineVm } from '../engine/hosts.ts';
import { lines } from '../engine/trace.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { decideRestart, describePower, isPassing, lookAtPower, type PowerFacts, waiting } from '../power/restart.ts';
import { seatOf, vmInEngine } from '../vm/facts.ts';
import type { BringHostBack, FenceHost } from './params.ts';

/** AuditLogType of the engine: a start by a user has failed. */
const START_FAILED = 118;

/**
 * Lets the engine cut the power of a host that is up, and switch it on again, once: what runs there dies, and what is
 * highly available is started elsewhere meanwhile. Done when the host is up again with another boot. Never the host that
 * runs the engine itself. The engine's quiet times and first five minutes are waited for. (engine, fence restart)
 */
export const fenceHost = engineOperation<FenceHost, PowerFacts>({
  name: 'fenceHost',
  title: ({ host }) => `Cut the power of ${host} and switch it on again`,
  settleSeconds: 1800,
  look: (context, { host }) => lookAtPower(context, host),
  decide: (facts, params): EngineDecision<undefined> =>
    decideRestart(facts, params, {
      from: { status: 'up', fix: 'Roll back: that switches it on; or bring it up, and retry' },
      isBack: ({ status }) => status === 'up',
      refuse: ({ vms }) =>
        vms.some(isEngineVm)
          ? {
              what: `${params.host} runs the engine VM: the engine would switch itself off`,
              fix: 'Move the engine VM first',
            }
          : undefined,
      undo: {
        title: `Bring ${params.host} back`,
        call: { operation: 'bringHostBack', params: { host: params.host, vm: params.vm } satisfies BringHostBack },
        byHand: `start ${params.host} in the Administration Portal (Management, Power Management, Start), or at its controller`,
      },
    }),
});

interface DownFacts extends PowerFacts {
  /** Asked only of a host that does not answer, and that nobody is known to start. */
  readonly power?: PowerStatus;
  /** Where the VM is now; absent: nowhere. */
  readonly vmAt?: string;
}

/**
 * Brings a host back that has lost its power: waited for while it boots, switched on by its fence agent where it is off.
 * Leaves it up in the engine, or in maintenance where somebody has put it there, and names where the VM is then that was on
 * it. (engine, fence start)
 */
export const bringHostBack = engineOperation<BringHostBack, DownFacts>({
  name: 'bringHostBack',
  title: ({ host }) => `Bring ${host} back`,
  settleSeconds: 1800,
  async look(context, { host, vm }) {
    const at = vm === undefined ? undefined : await vmAt(context, vm);
    const facts = { ...(await lookAtPower(context, host)), ...(at !== undefined && { vmAt: at }) };
    const { seen, trace, bootId } = facts;
    if (seen === undefined || bootId !== undefined || trace.begun || isPassing(seen)) return facts;
    return { ...facts, power: await context.engine().powerStatus(seen.id) };
  },
  decide(facts, { host: name, vm }): EngineDecision<undefined> {
    const { seen, trace, bootId, power, vmAt: at } = facts;
    const told = power !== undefined && 'power' in power ? power.power : undefined;
    const evidence = [...describePower(name, facts), ...(told === undefined ? [] : [`its power is ${told}`])];
    if (seen === undefined) {
      const fix = `Look at it, and at its controller; add it to the engine again where it is missing there`;
      return { state: 'refused', changes: [], evidence, findings: [{ what: `the engine does not have ${name}`, fix }] };
    }
    if (bootId !== undefined && ['up', 'maintenance'].includes(seen.status)) {
      const what = `VM ${vm} runs on ${at ?? 'no host'}; before the outage it ran on ${name}`;
      const byHand = at === undefined ? `start ${vm} in the Administration Portal` : `migrate ${vm} to ${name}`;
      return {
        state: 'already',
        changes: [],
        evidence,
        ...(vm !== undefined && at !== name && { leaves: { what, byHand } }),
      };
    }
    if (trace.events.some(({ code }) => code === START_FAILED)) {
      const failed = { what: `the engine could not start ${name} by its fence agent`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    if (told !== 'off') return waiting(facts, evidence);
    const change = { request: 'POST' as const, path: `/hosts/${seen.id}/fence`, body: { fence_type: 'start' } };
    return { state: 'wouldDo', changes: [change], evidence };
  },
});

async function vmAt(context: OperationContext, name: string): Promise<string | undefined> {
  const { at } = await seatOf(context, await vmInEngine(context, name));
  return at === undefined ? undefined : hostName(at);
}
