import { lastBackup } from '../../activities/hosted-engine/ha/last-backup.ts';
import { ENGINE_MACHINE } from '../../activities/runtime/host-access.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { accessOf } from './access.ts';
import type { EngineQuestion } from './engine.ts';
import { type Finding, GIVE_SECRET, notChecked, ok, problem } from './finding.ts';

const SUBJECT = 'the engine VM';

/** Whether runbooks get into the engine VM, and when the engine was last saved. */
export async function checkEngineMachine(question: EngineQuestion): Promise<readonly Finding[]> {
  const access = accessOf(question);
  const { inventory } = access;
  const { words, unknown } = await lastBackup(access);
  const backup = unknown ? notChecked(['engine.backup'], SUBJECT, words) : [ok('engine.backup', SUBJECT, words)];
  const settings = inventory.engine.ssh;
  if (settings === undefined) {
    const why = 'the inventory does not say how to log in to the engine VM (engine.ssh), so runbooks save no engine';
    return [...notChecked(['engine.machine'], SUBJECT, why), ...backup];
  }
  if (settings.hostKey === undefined) {
    const what = 'the inventory pins no host key for the engine VM (engine.ssh.hostKey), so runbooks save no engine';
    return [problem('engine.machine', SUBJECT, what, 'npx runbook inventory trust engine'), ...backup];
  }
  try {
    const { code } = await access.host(ENGINE_MACHINE).read(['test', '-x', '/usr/bin/engine-backup']);
    if (code === 0)
      return [ok('engine.machine', SUBJECT, `${settings.user} gets in, and engine-backup is there`), ...backup];
    const fix = 'Install ovirt-engine-tools-backup there, or correct engine.ssh';
    return [
      problem('engine.machine', SUBJECT, `${settings.user} gets in, but engine-backup is missing`, fix),
      ...backup,
    ];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const fix =
      error.type === 'HostKeyMismatch'
        ? 'Compare on its console; where it was installed anew: npx runbook inventory trust engine --replace'
        : error.type === 'SecretMissing'
          ? GIVE_SECRET
          : 'Look whether the engine VM runs, and at engine.ssh in the inventory';
    return [problem('engine.machine', SUBJECT, error.message.replace(/\.$/, ''), fix), ...backup];
  }
}
