import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { hostAccess } from '../../activities/runtime/host-access.ts';
import { EngineClient, type EngineReader, EngineSessions } from '../../connectors/engine/index.ts';
import { engineCa } from '../../connectors/engine-ca.ts';
import { resolveSecret } from '../../connectors/secrets.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { type LoadedInventory, parseInventory } from '../../inventory/load.ts';
import { replaceFile } from '../../inventory/save.ts';
import type { SecretRef } from '../../inventory/schema.ts';
import { YamlSource } from '../../inventory/yaml-source.ts';
import { asked, engineOf } from '../ask-engine.ts';
import { usage } from '../failure.ts';
import type { Answer } from '../output.ts';
import { inWords, readInventory } from '../trust/file.ts';
import { describe } from './describe.ts';
import { readEngineSite } from './engine-site.ts';
import type { Former } from './former.ts';
import { type HostSite, readHostSite } from './host-site.ts';

export interface ImportRequest {
  /** Where the engine is, when there is no inventory yet. */
  readonly engine?: EngineAccount;
  /** The inventory that says how to log in, when there is one. */
  readonly inventory: string;
  readonly output?: string;
  readonly sshKey: string;
}

export interface EngineAccount {
  readonly url: string;
  readonly user: string;
  /** Its paths are relative to the working directory, as they were typed. */
  readonly password: SecretRef;
  readonly ca?: string;
  readonly fingerprint?: string;
}

const LIMIT_MS = 60_000;

/** Reads engine and hosts, and leaves the inventory on stdout or in a new file; no file is ever overwritten. */
export async function importInventory(request: ImportRequest): Promise<Answer> {
  const { output } = request;
  if (output !== undefined && existsSync(output)) {
    throw usage(`${output} is there already; name another file with --output, and take over what you want.`);
  }
  const ssh = new SshPool();
  try {
    const read = request.engine === undefined ? await again(request, ssh) : await first(request, request.engine);
    const { inventory, notes } = read;
    const head = notes.map((note) => `# - ${note}\n`).join('');
    const text = `${head === '' ? '' : `# Left to you:\n${head}`}${stringify(inventory, { lineWidth: 0 })}`;
    const problems = problemsOf(text, output ?? 'inventory');
    if (output !== undefined) await inWords(() => replaceFile(output, undefined, text));
    const left = [...notes, ...problems].map((line) => `  ${line}`).join('\n');
    return {
      document: { ...(output !== undefined && { output }), inventory, notes, problems },
      text:
        output === undefined
          ? text.trimEnd()
          : `${output} is written.${left === '' ? '' : ` Left to you:\n${left}`}\nNext: npx runbook inventory check --inventory ${output}`,
    };
  } finally {
    await ssh.close();
  }
}

/** From an inventory: its secrets and pinned hosts are used, what it says about logging in is kept. */
async function again({ inventory: path, sshKey }: ImportRequest, ssh: SshPool) {
  const loaded = await readInventory(path);
  const signal = AbortSignal.timeout(LIMIT_MS);
  const engine = engineOf(loaded, ssh, signal);
  const site = await asked(() => readEngineSite(engine));
  const sites = await askHosts(loaded, ssh, signal);
  const former = new YamlSource(await readFile(path, 'utf8')).data as Former;
  const { notes, ...description } = describe(site, sites.told, former, sshKey);
  return { ...description, notes: [...notes, ...sites.silent] };
}

/** Without an inventory: the engine alone can be asked, for no host is pinned yet. */
async function first({ output, sshKey }: ImportRequest, account: EngineAccount) {
  const { url, user, password } = account;
  const here = process.cwd();
  const beside = (path: string) => relative(output === undefined ? here : dirname(resolve(output)), resolve(path));
  const trusted = {
    ...(account.ca !== undefined && { ca: { file: account.ca } }),
    ...(account.fingerprint !== undefined && { fingerprint: account.fingerprint }),
  };
  const session = new EngineSessions().of(url, {
    url,
    user,
    password: () => resolveSecret(password, here, 'the password of the engine'),
    ca: () => engineCa({ url, ...trusted }, here),
  });
  const engine: EngineReader = new EngineClient(session, {
    correlationId: randomUUID(),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const site = await asked(() => readEngineSite(engine));
  const former: Former = {
    engine: {
      ...fqdnOf(url, site.fqdn),
      url,
      user,
      password: 'file' in password ? { file: beside(password.file) } : password,
      rootPassword: { file: 'secrets/engine-root-password' },
      ...(account.ca !== undefined && { ca: { file: beside(account.ca) } }),
      ...(account.fingerprint !== undefined && { fingerprint: account.fingerprint }),
    },
    hosts: [],
  };
  return describe(site, new Map(), former, sshKey);
}

/** An address in the URL is no name; then what the guest agent of the engine VM tells. */
function fqdnOf(url: string, told: string | undefined): { fqdn?: string } {
  const { hostname } = new URL(url);
  const fqdn = /[a-z].*\./i.test(hostname) ? hostname : told;
  return fqdn === undefined ? {} : { fqdn };
}

async function askHosts(
  { inventory, directory }: Pick<LoadedInventory, 'inventory' | 'directory'>,
  ssh: SshPool,
  signal: AbortSignal,
) {
  const told = new Map<string, HostSite>();
  const silent: string[] = [];
  await Promise.all(
    inventory.hosts.map(async ({ name }) => {
      try {
        const shell = hostAccess({ ssh, inventory, inventoryDirectory: directory, signal }, name);
        told.set(name, await readHostSite(shell));
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        silent.push(`${name} could not be asked: ${error.message}`);
      }
    }),
  );
  return { told, silent: silent.sort() };
}

/** What the file would be told by `inventory check`. */
function problemsOf(text: string, name: string): readonly string[] {
  try {
    parseInventory(text, name);
    return [];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.message.split('\n');
  }
}
