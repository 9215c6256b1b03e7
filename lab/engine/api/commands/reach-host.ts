/**
 * What the engine does when it is asked to: validation first, with the messages of the real one, then the change, and
 * behind the answer whatever takes time. A command that the engine's end cuts off stays as far as it came.
 * This file: the engine's own SSH to a host.
 */
import type { Lab, LabHost } from '../../../types.ts';
import { engineSshKey, ROOT_KEYS } from '../../ssh-key.ts';
import { machineAt } from '../database/database.ts';
import { refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { part, text } from '../wire/values.ts';

const SEE_LOG = 'You may refer to the engine.log file for further details.';

/** True when the engine's public key is among root's. */
function trustsEngine(host: LabHost): boolean {
  if (!host.fs.exists(ROOT_KEYS)) return false;
  const keys = host.fs.read(ROOT_KEYS).split('\n');
  return keys.some((line) => line.startsWith(engineSshKey(host.lab)));
}

/** Logs in to a host with the credentials of a request, or refuses in the engine's words. */
export function reachHost(lab: Lab, address: string, credentials: Entity, doing: 'add' | 'install'): LabHost {
  const password = text(credentials, 'root_password');
  const byKey = text(part(credentials, 'ssh'), 'authentication_method') === 'publickey';
  if (!byKey && !password) throw refused(400, `Cannot ${doing} Host with empty password.`);
  const host = machineAt(lab, address);
  if (host?.power !== 'on') {
    throw refused(
      409,
      `Cannot ${doing} Host. Connecting to host via SSH has failed, verify that the host is reachable (IP address, routable address etc.) ${SEE_LOG}`,
    );
  }
  const admitted = byKey ? trustsEngine(host) : password === lab.secrets.hostRootPassword;
  if (!admitted) {
    throw refused(
      409,
      `Cannot ${doing} Host. SSH authentication failed, verify authentication parameters are correct (Username/Password, public-key etc.) ${SEE_LOG}`,
    );
  }
  return host;
}
