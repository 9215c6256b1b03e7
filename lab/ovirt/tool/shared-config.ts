import type { CommandContext, LabHost } from '../../types.ts';
import { parseConf, setConf, vmId } from '../conf.ts';
import { paths } from '../paths.ts';
import { hostedStorage } from '../storage.ts';
import { notDeployed } from './vm.ts';

const types = ['he_local', 'he_shared', 'ha', 'broker'] as const;
type ConfigType = (typeof types)[number];

function read(host: LabHost, type: ConfigType): string {
  const storage = hostedStorage(host);
  if (type === 'he_shared') return storage?.archive.get('hosted-engine.conf') ?? '';
  if (type === 'broker') return storage?.archive.get('broker.conf') ?? '';
  const path = type === 'ha' ? paths.haConf : paths.conf;
  return host.fs.exists(path) ? host.fs.read(path) : '';
}

function write(host: LabHost, type: ConfigType, text: string): void {
  const storage = hostedStorage(host);
  if (type === 'he_shared') storage?.archive.set('hosted-engine.conf', text);
  else if (type === 'broker') storage?.archive.set('broker.conf', text);
  else host.fs.write(type === 'ha' ? paths.haConf : paths.conf, text);
}

/** The one file that holds the key, or the tool's complaint. */
function find(ctx: CommandContext, key: string, asked: string | undefined): ConfigType | undefined {
  const among = types.filter((type) => asked === undefined || type === asked);
  const holders = among.filter((type) => parseConf(read(ctx.host, type)).has(key));
  if (holders.length === 0) {
    ctx.err(`Invalid configuration key ${key}.\nAvailable keys are:\n`);
    for (const type of among) {
      ctx.err(`${type} : [${[...parseConf(read(ctx.host, type)).keys()].map((k) => `'${k}'`).join(', ')}]\n`);
    }
    return undefined;
  }
  if (holders.length > 1) {
    const list = holders.map((type) => `'${type}'`).join(', ');
    ctx.err(`Duplicate key ${key}, please specify the key type. Available types are: [${list}]\n`);
    return undefined;
  }
  return holders[0];
}

const typeOption = (args: readonly string[]): string | undefined => args.find((a) => a.startsWith('--type='))?.slice(7);

export async function getSharedConfig(ctx: CommandContext): Promise<number> {
  const key = ctx.args[0];
  if (!key) {
    ctx.out('You must specify a key to get\n');
    return 1;
  }
  if (vmId(ctx.host) === undefined) return notDeployed(ctx);
  const type = find(ctx, key, typeOption(ctx.args.slice(1)));
  if (!type) return 1;
  ctx.out(`\n${key} : ${parseConf(read(ctx.host, type)).get(key) ?? ''}, type : ${type}\n\n`);
  return 0;
}

/** Sets a key in the one file that has it: the shared copies count for hosts that are deployed later. */
export async function setSharedConfig(ctx: CommandContext): Promise<number> {
  const [key, value] = ctx.args;
  if (!key || !value) {
    ctx.out(key ? 'You must specify a new value to set\n' : 'You must specify a key to set\n');
    return 1;
  }
  if (vmId(ctx.host) === undefined) return notDeployed(ctx);
  const type = find(ctx, key, typeOption(ctx.args.slice(2)));
  if (!type) return 1;
  write(ctx.host, type, setConf(read(ctx.host, type), key, value));
  ctx.changed(`hosted-engine configuration ${type} ${key}`);
  return 0;
}
