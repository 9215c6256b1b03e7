/**
 * activities/notify/ tells people what a run wants of them: by a webhook or a program of the inventory, read anew.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { runWithInput } from '../../connectors/program.ts';
import { resolveSecret } from '../../connectors/secrets.ts';
import { postJson } from '../../connectors/webhook.ts';
import { loadInventory } from '../../inventory/load.ts';
import type { Receiver } from '../../inventory/notifications.ts';
import type { Notice } from '../../workflows/contract.ts';
import type { ActivityServices } from '../runtime/services.ts';

export interface TellInput {
  /** A receiver of the inventory by its name. */
  readonly receiver: string;
  readonly notice: Notice;
}

/**
 * Delivers one notice to one receiver, at least once; one that is no longer in the inventory is not told.
 * @throws NotDelivered when it was not taken, SecretMissing
 */
export async function tell(
  services: Pick<ActivityServices, 'inventory' | 'stopping'>,
  { receiver: name, notice }: TellInput,
): Promise<{ readonly told: boolean }> {
  const { inventory, directory } = await loadInventory(services.inventory);
  const receiver = inventory.notifications?.receivers.find((known) => known.name === name);
  if (receiver === undefined) return { told: false };
  const { webhook, command } = receiver;
  if (webhook !== undefined) await post(webhook, notice, directory, services.stopping);
  if (command !== undefined) await runWithInput(command, JSON.stringify(notice), directory);
  return { told: true };
}

async function post(
  webhook: NonNullable<Receiver['webhook']>,
  notice: Notice,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const secret = (ref: Parameters<typeof resolveSecret>[0], what: string) => resolveSecret(ref, directory, what);
  const { secretUrl, caFile } = webhook;
  const url = secretUrl === undefined ? (webhook.url ?? '') : await secret(secretUrl, 'the address of a webhook');
  const headers = await Promise.all(
    Object.entries(webhook.headers).map(
      async ([name, ref]) => [name, await secret(ref, `the header ${name}`)] as const,
    ),
  );
  const ca = caFile === undefined ? undefined : await readFile(resolve(directory, caFile), 'utf8');
  await postJson(url, notice, { headers: Object.fromEntries(headers), signal, ...(ca !== undefined && { ca }) });
}
