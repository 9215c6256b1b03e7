/**
 * activities/hosted-engine/backup/ saves the engine with its own tool, inside the engine VM, and fetches what it saved.
 * This file: the backup.
 */
import { parseKeyValues } from '../../host/parse/key-values.ts';
import { readAll } from '../../host/read-all.ts';
import { operation } from '../../operation.ts';
import type { ENGINE_MACHINE } from '../../runtime/host-access.ts';

/** Where the tool keeps its backups itself since 4.2. */
const DIRECTORY = '/var/lib/ovirt-engine-backup';
export const BACKUP_FILE = `${DIRECTORY}/ovirt-runbooks.backup`;
const UNFINISHED = `${BACKUP_FILE}.unfinished`;
const LOG = '/var/log/ovirt-engine-backup/ovirt-runbooks.log';

export interface BackUpEngine {
  readonly host: typeof ENGINE_MACHINE;
  /** A backup that is not older is as good as a new one. */
  readonly freshMinutes: number;
}

interface BackupFacts {
  /** Bytes of the newest finished backup; absent: there is none. */
  readonly size?: number;
  /** By the clock of the engine VM. */
  readonly ageMinutes?: number;
}

/**
 * Saves the engine: files and databases, into one file in the engine VM, which the tool itself has verified before it
 * bears its name. The engine serves meanwhile. (ovirt-engine: engine-backup)
 */
export const backUpEngine = operation<BackUpEngine, BackupFacts>({
  name: 'backUpEngine',
  title: () => 'Save the engine with engine-backup',
  followed: true,
  limitSeconds: 7200,
  async look(context, { host }) {
    const { file } = await readAll(context.host(host), {
      file: `stat -c 'size=%s\nmtime=%Y' ${BACKUP_FILE} 2>/dev/null && date +now=%s`,
    });
    const values = parseKeyValues(file.text);
    const number = (key: string) => Number(values.get(key));
    if (file.code !== 0 || !(number('size') > 0)) return {};
    return { size: number('size'), ageMinutes: Math.floor((number('now') - number('mtime')) / 60) };
  },
  decide({ size, ageMinutes = 0 }, { freshMinutes }) {
    const leaves = {
      what: `a backup of the engine with its secrets in the engine VM: ${BACKUP_FILE}`,
      byHand: `rm ${BACKUP_FILE}`,
    };
    const changes = [
      { argv: ['install', '-d', '-m', '0700', DIRECTORY] },
      { argv: ['engine-backup', '--mode=backup', '--scope=all', `--file=${UNFINISHED}`, `--log=${LOG}`] },
      { argv: ['engine-backup', '--mode=verify', `--file=${UNFINISHED}`, `--log=${LOG}.verify`] },
      { argv: ['mv', '-f', UNFINISHED, BACKUP_FILE] },
    ];
    if (size !== undefined && ageMinutes < freshMinutes) {
      const evidence = [`the backup in the engine VM is ${ageMinutes} minutes old and has ${size} bytes`];
      return { state: 'already', changes, evidence, leaves };
    }
    const found = size === undefined ? 'there is no backup by a run' : `the newest backup is ${ageMinutes} minutes old`;
    return { state: 'wouldDo', changes, evidence: [`${found} in the engine VM`], leaves };
  },
  stage: (log) => log.split('\n').findLast((line) => /^(- |Packing|Verifying|Notifying)/.test(line)),
});
