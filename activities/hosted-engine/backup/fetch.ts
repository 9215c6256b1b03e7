import type { ArtifactRef } from '../../../connectors/artifacts.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import { parseKeyValues } from '../../host/parse/key-values.ts';
import { type OperationContext, operation } from '../../operation.ts';
import type { ENGINE_MACHINE } from '../../runtime/host-access.ts';
import type { HostShell } from '../../runtime/host-shell.ts';
import { BACKUP_FILE } from './back-up.ts';

export interface FetchBackup {
  readonly host: typeof ENGINE_MACHINE;
}

/** Bytes that travel with one read: base64 and all they stay below what a shell's output may have (1 MiB). */
const CHUNK = 720 * 1024;

/** Fetches the backup of the engine into the run's artifacts, and proves it by its SHA-256; the file in the VM stays. */
export const fetchEngineBackup = operation<FetchBackup, ArtifactRef, ArtifactRef>({
  name: 'fetchEngineBackup',
  title: () => 'Fetch the backup of the engine',
  async look(context, { host }) {
    const shell = context.host(host);
    const { size, sha256 } = await describe(shell);
    const artifact = await context.artifacts.receive('engine.backup', () => chunks(context, shell, size));
    if (artifact.sha256 === sha256 && artifact.size === size) return artifact;
    throw new OperatorError(
      'VerificationFailed',
      `fetching ${BACKUP_FILE}: ${artifact.size} bytes with SHA-256 ${artifact.sha256} arrived, but the engine VM has ${size} bytes with ${sha256}`,
    );
  },
  decide: (artifact) => ({
    state: 'already',
    changes: [],
    evidence: [`the backup of the engine is in ${artifact.path} (${artifact.size} bytes, SHA-256 ${artifact.sha256})`],
    output: artifact,
  }),
});

async function describe(shell: HostShell): Promise<{ readonly size: number; readonly sha256: string }> {
  const { code, stdout, stderr } = await shell.readScript(
    `stat -c size=%s ${BACKUP_FILE} && sha256sum ${BACKUP_FILE} | sed 's/^/sha256=/; s/ .*//'`,
  );
  const values = parseKeyValues(stdout);
  const size = Number(values.get('size'));
  if (code === 0 && size > 0) return { size, sha256: values.get('sha256') ?? '' };
  throw new OperatorError('NotFound', `reading ${BACKUP_FILE} in the engine VM: ${stderr.trim() || 'it is empty'}`);
}

/** Base64, because a shell's output is text. */
async function* chunks(context: OperationContext, shell: HostShell, size: number): AsyncGenerator<Buffer> {
  for (let piece = 0; piece * CHUNK < size; piece++) {
    context.progress(`fetching the backup of the engine: ${Math.floor(((piece * CHUNK) / size) * 100)} %`);
    const dd = `dd if=${BACKUP_FILE} bs=${CHUNK} skip=${piece} count=1 2>/dev/null`;
    const { stdout } = await shell.readScript(`${dd} | base64`);
    yield Buffer.from(stdout, 'base64');
  }
}
