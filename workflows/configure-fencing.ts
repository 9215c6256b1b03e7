import type { FencingSurvey } from '../activities/power/params.ts';
import { configureFencing as definition, type ConfigureFencingInput as Input } from '../runbooks/configure-fencing.ts';
import { localMaintenance } from '../runbooks/owned-states.ts';
import type { Report } from './contract.ts';
import { operations, type Result, type Run, runbook } from './runtime/index.ts';

/**
 * Lets the engine fence a host: the agent tested before it is enabled, Kdump integrated by an installation in
 * maintenance, on request proven by a power cycle. Rolled back, agent and power management are as before. (article,
 * section 9)
 */
export async function configureFencing(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host, kdump = true, policyControl = true, powerCycle = false } = run.input;
    const seen = await run.preflight(
      'Look at the host, its fence agents and who could fence it',
      operations.surveyFencing({ host, kdump, powerCycle }),
    );
    await run.approval('Let the engine fence the host', { show: about(run, seen) });
    const agent = await run.step(
      'Set the fence agent and test it through another host',
      operations.setFenceAgent({ host }),
      {
        typical: '1 minute',
        undoTypical: '1 minute',
      },
    );
    const enabled = await run.step(
      'Enable power management',
      operations.setPowerManagement({ host, enabled: true, kdump, policyControl }),
      { typical: '1 minute', undoTypical: '1 minute', needs: [agent] },
    );
    if (seen.installs || powerCycle) await inMaintenance(run, seen, enabled);
  });
}

/** Installed again and switched off and on while nothing runs on the host. */
async function inMaintenance(run: Run<Input>, seen: FencingSurvey, enabled: Result<unknown>): Promise<void> {
  const { host, powerCycle } = run.input;
  if (powerCycle === true) {
    await run.approval('Switch the host off and on by its fence agent', {
      show: { ...about(run, seen), 'Will be done': 'the engine cuts its power without a shutdown, in maintenance' },
      typed: host,
    });
  }
  if (seen.installs) await run.step('Let the engine log in with its key', operations.trustEngineKey({ host }));
  const out = await run.step(
    'Put the host into maintenance in the engine',
    operations.deactivateHost({ host, reason: 'fencing is configured by a runbook' }),
    { typical: '10 minutes', undoTypical: '3 minutes', needs: [enabled], owns: localMaintenance(host) },
  );
  const [other] = seen.fitElsewhere;
  const gone = seen.runsEngine && other !== undefined;
  const moved = gone
    ? await run.check(
        'Wait until the engine answers from another host',
        operations.awaitHostedEngine({ host: other }),
        {
          typical: '2 minutes',
          needs: [out],
        },
      )
    : out;
  const installed = seen.installs
    ? await run.step('Install the host again with Kdump integration', operations.integrateKdump({ host }), {
        typical: '10 minutes',
        needs: [moved],
      })
    : moved;
  const cycled = powerCycle === true ? await cycle(run, installed) : installed;
  const stays = !run.owns(localMaintenance(host));
  const active = await run.step('Activate the host', operations.activateHost({ host, gaveAway: seen.givesAway }), {
    typical: '3 minutes',
    needs: [out, cycled],
    releases: localMaintenance(host),
  });
  if (!seen.hostedEngine) return;
  await run.check(
    'Check that the host takes part in HA again',
    operations.confirmHaHost({ host, maintenanceStays: false, localMaintenanceStays: stays }),
    { typical: '5 minutes', needs: [stays ? cycled : active] },
  );
}

async function cycle(run: Run<Input>, after: Result<unknown>): Promise<Result<unknown>> {
  const { host } = run.input;
  const boot = await run.check('Note the boot that is to end', operations.noteBoot({ host }), {
    needs: [after],
    once: true,
  });
  const bootId = boot.known ? boot.output.bootId : '';
  return run.step('Switch the host off and on by its fence agent', operations.powerCycleHost({ host, bootId }), {
    typical: '10 minutes',
    needs: [boot],
  });
}

/** What people must know before the engine may cut the power of this host. */
function about({ input }: Run<Input>, seen: FencingSurvey): Record<string, string> {
  const { host, policyControl = true, kdump = true } = input;
  const { others = [] } = seen;
  const away = seen.installs || input.powerCycle === true;
  return {
    Host: host,
    'Fence agent': seen.agent,
    ...(others.length > 0 && { 'Other fence agents': `${others.join('; ')}: stay as they are` }),
    'Could fence it': seen.proxies.join(', '),
    'Power management': seen.enabled ? 'is on already' : 'is off',
    'Policy control': policyControl ? 'the scheduling policy may switch its power' : 'disabled',
    Kdump: !kdump ? 'off' : seen.installs ? 'the host is installed again, in maintenance' : 'is integrated already',
    ...(away && {
      'VMs on the host': seen.vms.length === 0 ? 'none' : `${seen.vms.join(', ')}: migrate away`,
      'Other hosts for the engine VM': seen.fitElsewhere.join(', ') || 'none',
    }),
  };
}
