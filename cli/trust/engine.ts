import { CliFailure } from '../failure.ts';
import type { Answer } from '../output.ts';
import { trustCa } from './engine-ca.ts';
import { readInventory } from './file.ts';
import { type TrustRequest, trustKey } from './host.ts';

/**
 * Pins the CA of the engine and, where the inventory says how to log in to it, the SSH host key of its VM; a fingerprint
 * names the one of both that it looks like.
 */
export async function trustEngine(request: TrustRequest): Promise<Answer> {
  const { fingerprint } = request;
  if (fingerprint !== undefined) return fingerprint.includes('SHA256:') ? trustVm(request) : trustCa(request);
  const ca = await trustCa(request);
  const { inventory } = await readInventory(request.inventory);
  if (inventory.engine.ssh === undefined) return ca;
  const { changed } = ca.document as { readonly changed: boolean };
  try {
    const key = await trustVm(request);
    const ssh = key.document as { readonly changed: boolean };
    const document = { ...(ca.document as object), changed: changed || ssh.changed, ssh };
    return { document, text: `${ca.text}\n${key.text}` };
  } catch (error) {
    // What is pinned already is said, because the rest of the answer says that nothing was.
    if (!changed || !(error instanceof CliFailure)) throw error;
    throw new CliFailure(error.exit, `${ca.text}\nOf its VM: ${error.message}`, error.fields);
  }
}

async function trustVm(request: TrustRequest): Promise<Answer> {
  const { inventory } = await readInventory(request.inventory);
  const { ssh, fqdn } = inventory.engine;
  const { address = fqdn, port = 22, hostKey } = ssh ?? {};
  return trustKey(
    {
      name: 'engine',
      address,
      port,
      hostKey,
      field: ['engine', 'ssh', 'hostKey'],
      said: 'engine.ssh in the inventory',
    },
    request,
  );
}
