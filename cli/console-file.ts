/** The file with which remote-viewer opens the console of a VM, fetched from the engine into a file of this user alone. */

import { existsSync, statSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { fileSafe } from '../connectors/artifacts.ts';
import type { EngineClient } from '../connectors/engine/index.ts';
import { engineConsole, engineVm } from '../connectors/engine/model/vm.ts';
import { SshPool } from '../connectors/ssh.ts';
import { asked, engineOf } from './ask-engine.ts';
import { usage } from './failure.ts';
import type { Answer } from './output.ts';
import { readInventory } from './trust/file.ts';

export interface ConsoleRequest {
  readonly vm: string;
  /** Path of the inventory. */
  readonly inventory: string;
  /** Default: the name of the VM with `.vv`, in the working directory. */
  readonly out?: string;
  /** Where the VM has several consoles; default: the first that it has. */
  readonly protocol?: string;
}

const LIMIT_MS = 60_000;
/** What the engine writes at the head of such a file. */
const HEAD = '[virt-viewer]';
/** For so long the engine takes the password of the file (its ticket). */
const VALID_SECONDS = 120;
const answered = z.object({ remote_viewer_connection_file: z.string().startsWith(HEAD) });

/**
 * Has the engine make the file, and leaves it with mode 0600; a former one of the same name is replaced, any other file is
 * not. Nothing of it is printed: it holds a password that opens the console once. (engine: VmGraphicsConsoleService)
 */
export async function fetchConsole(request: ConsoleRequest): Promise<Answer> {
  const { vm } = request;
  const path = resolve(request.out ?? `${fileSafe(vm)}.vv`);
  await requireFree(path);
  const loaded = await readInventory(request.inventory);
  const ssh = new SshPool();
  try {
    const engine = engineOf(loaded, ssh, AbortSignal.timeout(LIMIT_MS));
    const { protocol, text } = await asked(() => madeFor(engine, request));
    await leave(path, text);
    const told = (key: string) => new RegExp(`^${key}=(.+)$`, 'm').exec(text)?.[1];
    const [host, port] = [told('host'), told('tls-port') ?? told('port')];
    return {
      document: {
        vm,
        protocol,
        file: path,
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port: Number(port) }),
        validSeconds: VALID_SECONDS,
      },
      text: `The console of ${vm} (${protocol}${host === undefined ? '' : ` at ${host}:${port}`}) is in ${path}, which holds its password for ${VALID_SECONDS} seconds.\nNow: remote-viewer ${path}\n(package virt-viewer; from a machine that reaches that host; then run this again for another one)`,
    };
  } finally {
    await ssh.close();
  }
}

async function madeFor(engine: EngineClient, { vm: name, protocol: wished }: ConsoleRequest) {
  const vm = await engine.named('/vms', name, engineVm);
  if (vm === undefined) throw usage(`the engine has no VM named ${name}.`);
  const consoles = await engine.list(`/vms/${vm.id}/graphicsconsoles`, engineConsole);
  const known = consoles.map(({ protocol }) => protocol);
  const chosen = wished === undefined ? consoles[0] : consoles.find(({ protocol }) => protocol === wished);
  if (chosen === undefined) {
    const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    throw usage(`${name} has no ${wished ?? 'graphical'} console: ${has}.`, { known });
  }
  const path = `/vms/${vm.id}/graphicsconsoles/${chosen.id}/remoteviewerconnectionfile`;
  const read = answered.safeParse(await engine.send({ request: 'POST', path, body: {} }));
  if (!read.success) {
    throw usage(
      `${name} is ${vm.status}: the engine gives a console only of a VM that runs. Start it, then run this again.`,
      {
        status: vm.status,
      },
    );
  }
  return { protocol: chosen.protocol, text: read.data.remote_viewer_connection_file };
}

/** Asked before the engine is: its file would be of no use a little later. */
async function requireFree(path: string): Promise<void> {
  if (!existsSync(dirname(path))) throw usage(`--out: there is no folder ${dirname(path)}.`);
  if (!existsSync(path)) return;
  const former = statSync(path).isFile() ? await readFile(path, 'utf8') : '';
  if (!former.startsWith(HEAD))
    throw usage(`${path} is there already, and is no console file; name another one with --out.`);
}

async function leave(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    await file.writeFile(text).finally(() => file.close());
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw usage(`cannot write ${path}: ${(error as Error).message}.`);
  }
}
