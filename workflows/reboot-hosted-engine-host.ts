import type { RebootSurvey } from '../activities/hosted-engine/reboot/params.ts';
import { GLOBAL_MAINTENANCE, localMaintenance, STOPPED_ENGINE_VM } from '../runbooks/owned-states.ts';
import {
  rebootHostedEngineHost as definition,
  type RebootHostedEngineHostInput as Input,
} from '../runbooks/reboot-hosted-engine-host.ts';
import type { Report } from './contract.ts';
import { freeHost, startAgain } from './procedures/free-host.ts';
import { recoverAgent } from './recover-hosted-engine-agent.ts';
import { operations, type Result, type Run, runbook } from './runtime/index.ts';

const WAYS = { auto: 'auto', moveEngine: 'move', globalMaintenance: 'stop' } as const;

/**
 * Reboots a host that can run the engine VM and leaves it, HA and engine as they were: by the engine's own maintenance,
 * or by the article's way, under global maintenance that does not outlast the run. (article, section 4)
 */
export async function rebootHostedEngineHost(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host, strategy = 'auto' } = run.input;
    const seen = await run.preflight(
      'Look at the host, the engine VM and HA on every host',
      operations.surveyReboot({ host, way: WAYS[strategy] }),
    );
    if (seen.way === 'move') return byTheEngine(run, seen);
    if (seen.way === 'stop') return underGlobalMaintenance(run, seen);
    const moving = await offerToMove(run, seen);
    await run.when(
      moving,
      (moves) => moves,
      'the engine VM is stopped instead',
      () => byTheEngine(run, seen),
    );
    await run.when(
      moving,
      (moves) => !moves,
      'the engine VM is moved instead',
      () => underGlobalMaintenance(run, seen),
    );
  });
}

function offerToMove(run: Run<Input>, seen: RebootSurvey): Promise<Result<boolean>> {
  return run.offer('Move the engine VM instead of stopping it', {
    show: {
      ...about(run, seen),
      'The better way': `the engine puts the host into maintenance: its VMs, the engine's own among them, migrate to other hosts and go on; fit for the engine VM: ${seen.fitElsewhere.join(', ')}`,
    },
    otherwise: 'the engine VM is shut down under global maintenance and started again after the reboot',
  });
}

/** The host is out of service in the engine for the time, so nothing runs on it and nobody fences it. */
async function byTheEngine(run: Run<Input>, seen: RebootSurvey): Promise<void> {
  const { host } = run.input;
  const other = seen.runsOn === host ? seen.fitElsewhere[0] : seen.runsOn;
  // Who took the offer has approved.
  if (seen.way === 'move') {
    await run.approval('Take the host out of service and reboot it', { show: about(run, seen) });
  }
  const out = await run.step(
    'Put the host into maintenance in the engine',
    operations.deactivateHost({ host, reason: 'reboot by a runbook' }),
    { typical: '10 minutes', undoTypical: '3 minutes', owns: localMaintenance(host) },
  );
  const moved = await run.check(
    'Wait until the engine answers from another host',
    operations.awaitHostedEngine({ host: other ?? host }),
    { typical: '2 minutes', needs: [out] },
  );
  const back = await reboot(run, [], moved);
  const stays = !run.owns(localMaintenance(host));
  const activated = await run.step('Activate the host', operations.activateHost({ host, gaveAway: seen.givesAway }), {
    typical: '3 minutes',
    needs: [out, back],
    releases: localMaintenance(host),
  });
  await run.check(
    'Check that the host takes part in HA again',
    operations.confirmHaHost({
      host,
      maintenanceStays: seen.maintenance !== undefined,
      localMaintenanceStays: stays,
    }),
    { typical: '5 minutes', needs: [back, stays ? back : activated] },
  );
}

/** The article's way: HA suspended on every host, the engine away while its host reboots. */
async function underGlobalMaintenance(run: Run<Input>, seen: RebootSurvey): Promise<void> {
  const { host } = run.input;
  await run.approval('Stop the engine and reboot the host', {
    show: { ...about(run, seen), 'Engine VM': 'is shut down; the engine is away for about 15 minutes' },
    typed: seen.fitElsewhere.length === 0 ? host : undefined,
  });
  const freed = await freeHost(run, { host, ...seen });
  await run.check('Check that no other VM is left', operations.confirmHostFree({ host, guests: seen.guests }), {
    needs: freed,
  });
  if (seen.spm === true) {
    await run.step('Hand the SPM role to another host', operations.handOverSpm({ host }), { typical: '1 minute' });
  }
  const on = await run.step(
    'Set global maintenance',
    operations.setGlobalMaintenance({ host, endFrom: seen.fitElsewhere[0] ?? host }),
    { typical: '1 minute', undoTypical: '1 minute', owns: GLOBAL_MAINTENANCE },
  );
  const foreign = !run.owns(GLOBAL_MAINTENANCE);
  const endToo = foreign ? await askForForeign(run, seen) : ({ known: true, output: false } as const);

  const down = await run.step('Shut down the engine VM', operations.shutDownEngineVm({ host }), {
    typical: '3 minutes',
    undoTypical: '10 minutes',
    needs: [on],
    owns: STOPPED_ENGINE_VM,
  });
  const quiet = await run.check('Check that nobody has interfered', operations.confirmEngineDown({ host }), {
    needs: [down],
  });
  const back = await reboot(run, seen.guests, quiet);

  const started = await run.step('Start the engine VM', operations.startEngineVm({ host }), {
    typical: '1 minute',
    needs: [down, back],
    releases: STOPPED_ENGINE_VM,
  });
  const serves = await run.check('Wait until the engine answers', operations.awaitHostedEngine({ host }), {
    typical: '5 minutes',
    needs: [started],
  });
  const end = { typical: '1 minute', needs: [on, serves] } as const;
  await run.step('End global maintenance', operations.endGlobalMaintenance({ host }), {
    ...end,
    releases: GLOBAL_MAINTENANCE,
  });
  await run.when(
    endToo,
    (yes) => yes,
    'it is ended above, or stays as it was found',
    async () =>
      void (await run.step('End the global maintenance found', operations.endGlobalMaintenance({ host }), end)),
  );
  await run.check(
    'Check that HA and engine are as before',
    operations.confirmHaHost({ host, maintenanceStays: endToo.known && foreign && !endToo.output }),
    { typical: '5 minutes', needs: [serves] },
  );
  await startAgain(run, seen.vms, [serves]);
}

/** Reboots once, waits for what HA needs, and brings an agent back that cannot start by itself. */
async function reboot(run: Run<Input>, guests: readonly string[], after: Result<unknown>): Promise<Result<unknown>> {
  const { host } = run.input;
  const boot = await run.check('Note the boot that is to end', operations.noteBoot({ host }), {
    needs: [after],
    once: true,
  });
  const bootId = boot.known ? boot.output.bootId : '';
  const rebooted = await run.step('Reboot the host', operations.rebootHost({ host, bootId, guests }), {
    typical: '5 minutes',
    needs: [boot],
  });
  const back = await run.check('Wait for services, storage and HA agent', operations.awaitHaHost({ host }), {
    typical: '5 minutes',
    needs: [rebooted],
  });
  await run.when(
    back,
    ({ steady }) => !steady,
    'the HA agent works',
    async () => void (await recoverAgent(run, host)),
  );
  return back;
}

/** Somebody else has set it: neither this run's, nor ended unasked. */
function askForForeign(run: Run<Input>, seen: RebootSurvey): Promise<Result<boolean>> {
  const found = seen.maintenance ?? 'since this run has looked, by somebody else';
  return run.offer('End global maintenance afterwards, although somebody else has set it', {
    show: { Found: `global maintenance is set, ${found}`, 'Who does not agree': 'rejects, or cancels the run' },
    otherwise: 'it stays set, as it was found',
    unattended: 'no',
  });
}

/** What people must know before this host goes down. */
function about(run: Run<Input>, seen: RebootSurvey): Record<string, string> {
  const { host } = run.input;
  const others =
    seen.fitElsewhere.length === 0 ? 'none could run the engine VM' : `fit: ${seen.fitElsewhere.join(', ')}`;
  return {
    Host: host,
    'Engine VM': seen.runsOn === undefined ? 'runs nowhere' : `runs on ${seen.runsOn}`,
    'Other hosts': [others, ...seen.unfit].join('; '),
    'Other VMs on the host': otherVms(seen),
    SPM: spm(seen),
    Fencing: fencing(seen),
    ...(seen.maintenance !== undefined && { 'Global maintenance': `is set already, ${seen.maintenance}` }),
  };
}

function otherVms({ vms, takers, guests }: RebootSurvey): string {
  const names = vms.map(({ name }) => name).join(', ');
  const managed =
    takers.length === 0
      ? `${names}: shut down for the time, because no other host is up to take them`
      : `${names}: moved to other hosts (up: ${takers.join(', ')}) and left there`;
  const unmanaged = `${guests.join(', ')}: not to be moved by the engine, so down with the host`;
  return [...(vms.length === 0 ? [] : [managed]), ...(guests.length === 0 ? [] : [unmanaged])].join('; ') || 'none';
}

function spm({ spm: leads, takers }: RebootSurvey): string {
  if (leads === undefined) return 'unknown: the engine does not tell';
  if (!leads) return 'another host';
  return takers.length === 0
    ? 'this host, and no other is up to lead storage meanwhile'
    : 'this host; another takes over';
}

/**
 * Power management stays as it is: the engine is shut down while the host is, and its VM is started on this host, once
 * vdsm serves there. Taken away for the time, it would be missing for good after a run that nobody ends.
 */
function fencing({ fencing: fenced, runsOn }: RebootSurvey): string {
  if (fenced === undefined) return 'unknown: the engine does not tell; while it is down it fences nobody';
  if (!fenced) return 'the engine does not fence this host';
  return runsOn === undefined
    ? 'on; the engine is down'
    : 'on; not while the host is in maintenance, nor while the engine is down and five minutes after its start';
}
