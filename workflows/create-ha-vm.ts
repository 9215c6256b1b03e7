import { createHaVm as definition } from '../runbooks/create-ha-vm.ts';
import type { Report } from './contract.ts';
import { approveChange } from './procedures/approve-change.ts';
import { moveThereAndBack } from './procedures/move-there-and-back.ts';
import { proveRestart } from './procedures/prove-restart.ts';
import { operations, type Result, type Run, runbook } from './runtime/index.ts';

/**
 * Makes a highly available VM and leaves it running where it has proven that it can move; rolled back, it is powered off
 * and gone with its disk. (article, sections 13 and 14)
 */
export async function createHaVm(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { engine, wished } = run.site;
    const { name, dataCenter = engine.dataCenter, cluster = engine.cluster } = run.input;
    const wish = wished.vms.find((vm) => vm.name === name);
    const place = { name, dataCenter, cluster };
    const seen = await run.preflight(`Check what the VM ${name} needs`, operations.preflightVm(place));
    await approveChange(run, `VM ${name}`, seen);

    const created = await run.step(`Create the VM ${name}`, operations.createVm(place));
    const needs = [created];
    const disk = await run.step(`Give ${name} its disk`, operations.addVmDisk({ name }), {
      needs,
      typical: '2 minutes',
    });
    for (const network of wish?.networks ?? []) {
      await run.step(`Connect ${name} to ${network}`, operations.connectVm({ ...place, network }), { needs });
    }
    if (wish?.iso !== undefined && !seen.exists) {
      await run.step(`Insert ${wish.iso} into ${name}`, operations.insertVmCd({ name }), { needs });
    }
    if (wish?.watchdog !== undefined) {
      await run.step(`Give ${name} its watchdog`, operations.setVmWatchdog({ name }), { needs });
    }
    const started = await run.step(`Start ${name}`, operations.startVm({ name }), {
      needs: [created, disk],
      typical: '3 minutes',
    });
    const seat = await run.check(`Verify ${name}`, operations.verifyVm({ name }), { needs: [started] });
    if (!seen.exists) {
      await system(run, name, seat);
      const alone = 'no other host of its cluster is up';
      await run.when(
        seat,
        ({ others }) => others.length > 0,
        alone,
        () => moveThereAndBack(run, name, seat),
      );
    }
    if (run.input.proveRestart !== true) return;
    const survey = await run.check(
      'Look whether everything is there for a failover',
      operations.surveyFailover({ vm: name, engineVm: false, cut: ['vm'] }),
      { needs: [seat] },
    );
    await proveRestart(run, { name, stays: seen.exists }, survey);
  });
}

/** Nobody but a person can install the system; unattended, the run goes on without it, and says so. */
async function system(run: Run, name: string, runs: Result<unknown>): Promise<void> {
  const installed = await run.offer(`Install the system of ${name}`, {
    show: {
      Console: `npx runbook console ${name} fetches the file for remote-viewer; or Administration Portal, Compute, Virtual Machines, ${name}, Console`,
      System: 'install it from the image in the CD drive, and restart the VM',
      'Guest agent':
        'in the VM: yum -y install epel-release, then yum -y install ovirt-guest-agent-common, then systemctl enable --now ovirt-guest-agent',
      'If approved': 'the guest agent is awaited',
    },
    otherwise: 'the VM is left as it is, without a system that has been seen',
    unattended: 'no',
  });
  await run.when(
    installed,
    (yes) => yes,
    'nobody has installed a system',
    async () => {
      await run.check(`Wait for the guest agent of ${name}`, operations.awaitGuestAgent({ name }), {
        typical: '10 minutes',
        needs: [runs],
      });
    },
  );
}
