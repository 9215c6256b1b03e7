import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { resolveSecret } from '../../connectors/secrets.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { type LoadedInventory, loadInventory } from '../../inventory/load.ts';
import type { Path } from '../../inventory/problem.ts';
import { fieldPath } from '../../inventory/problems.ts';
import type { SecretRef } from '../../inventory/schema.ts';
import { isSecretField } from '../../inventory/schema-lookup.ts';
import { CliFailure } from '../failure.ts';
import { checkBlackouts } from '../schedules/check-blackouts.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

/** The inventory if it is good, and what there is to say about the file. */
export async function checkInventory(
  path: string,
): Promise<{ readonly loaded?: LoadedInventory; readonly findings: readonly Finding[] }> {
  const id = 'inventory.valid';
  try {
    const loaded = await loadInventory(path);
    return { loaded, findings: [ok(id, path, `${path} is good: ${loaded.inventory.hosts.length} hosts`)] };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const fix = 'Correct what is named; "npx runbook inventory check" reads the file again';
    return { findings: error.message.split('\n').map((line) => problem(id, path, line, fix)) };
  }
}

/** Whether each secret can be had here; no value leaves this function. */
export async function checkSecrets({ inventory, directory }: LoadedInventory): Promise<readonly Finding[]> {
  const fields = [...secretFields(inventory)];
  return Promise.all(fields.map(({ path, ref }) => checkSecret(fieldPath(path), ref, directory)));
}

async function checkSecret(field: string, ref: SecretRef, directory: string): Promise<Finding> {
  const id = 'secret';
  const source = 'env' in ref ? `$${ref.env}` : 'file' in ref ? ref.file : ref.command[0];
  if ('env' in ref && process.env[ref.env] === undefined) {
    const [finding] = notChecked([id], field, `${source} is not set in this shell; what counts is the worker's`);
    return finding as Finding;
  }
  try {
    await resolveSecret(ref, directory, field);
    return ok(id, field, `${field} is found in ${source}`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return problem(id, field, error.message.replace(/\.$/, ''), fixOf(ref, error.message));
  }
}

function fixOf(ref: SecretRef, said: string): string {
  const told = /; run: (chmod .*)\.$/.exec(said)?.[1];
  if (told !== undefined) return told;
  if ('file' in ref) return `Put the secret into ${ref.file}, readable by the user of the worker only (chmod 600)`;
  return 'env' in ref ? `Set ${ref.env} to a longer secret` : 'Run the command by hand, as the user of the worker';
}

function* secretFields(value: unknown, path: Path = []): Generator<{ path: Path; ref: SecretRef }> {
  if (typeof value !== 'object' || value === null) return;
  if (path.length > 0 && isSecretField(path)) {
    yield { path, ref: value as SecretRef };
    return;
  }
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, inner] of entries) yield* secretFields(inner, [...path, key]);
}

/** Whether the files that the inventory names are there: images, CAs of receivers, calendars of blackouts. */
export async function checkFiles(
  path: string,
  { inventory: { isos, notifications }, directory }: LoadedInventory,
): Promise<readonly Finding[]> {
  const read = (id: string, what: string, field: string, file: string) =>
    checkFile(id, what, `Put it there, or correct ${field} in the inventory`, { file, path: resolve(directory, file) });
  const authorities = (notifications?.receivers ?? []).flatMap(({ webhook }) => webhook?.caFile ?? []);
  const field = 'notifications.receivers[].webhook.caFile';
  return [
    ...(await Promise.all(isos.map(({ file }) => read('inventory.image', 'image', 'isos[].file', file)))),
    ...(await Promise.all(authorities.map((file) => read('inventory.receiverCa', 'the CA', field, file)))),
    ...(await checkCalendars(path)),
  ];
}

async function checkFile(
  id: string,
  what: string,
  fix: string,
  { file, path }: { readonly file: string; readonly path: string },
): Promise<Finding> {
  try {
    await access(path, constants.R_OK);
    return ok(id, file, `${what} ${file} can be read`);
  } catch {
    return problem(id, file, `${what} ${path} cannot be read`, fix);
  }
}

/** A calendar that cannot be used keeps every window closed, which nobody would look for in the inventory. */
async function checkCalendars(path: string): Promise<readonly Finding[]> {
  try {
    await checkBlackouts(path);
    return [];
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    const fix = 'Put the calendar there, or correct what is named: until then no step begins in a window';
    return error.message.split('\n').map((line) => problem('inventory.blackouts', path, line.replace(/\.$/, ''), fix));
  }
}
