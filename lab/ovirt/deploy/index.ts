/**
 * `hosted-engine --deploy`: the setup program of 4.3. It reads answer files, asks what they leave open, runs the
 * playbooks of plays/ and writes answer files at its end, also at a bad one. It is not resumable, has no guard
 * against a host that is deployed already, and can be killed anywhere: what was done until then stays.
 */
import type { Command, CommandContext } from '../../types.ts';
import { randomLetters, stamp } from '../ids.ts';
import { paths } from '../paths.ts';
import { Console } from './console.ts';
import { Deployment } from './deployment.ts';
import { runStages } from './stages.ts';

interface Options {
  readonly append: string[];
  readonly answer: string | undefined;
  readonly restore: string | undefined;
  readonly environment: string[];
  readonly ip: ('4' | '6')[];
}

/** The options after `--deploy`, or the code to leave with. */
function parse(ctx: CommandContext): Options | number {
  const options = { append: [] as string[], environment: [] as string[], ip: [] as ('4' | '6')[] };
  let answer: string | undefined;
  let restore: string | undefined;
  for (const arg of ctx.args) {
    const value = arg.slice(arg.indexOf('=') + 1);
    if (arg.startsWith('--config-append=')) options.append.push(value);
    else if (arg.startsWith('--generate-answer=')) answer = value;
    else if (arg.startsWith('--otopi-environment=')) options.environment.push(value);
    else if (arg === '--4' || arg === '--6') options.ip.push(arg === '--4' ? '4' : '6');
    else if (arg.startsWith('--restore-from-file=')) {
      if (!ctx.host.fs.exists(value)) {
        ctx.err(`FATAL: File ${value} not found!\n`);
        return 1;
      }
      restore = value;
    } else {
      ctx.err(`FATAL: Invalid option '${arg}'\n`);
      return 1;
    }
  }
  return { ...options, answer, restore };
}

export const deployCommand: Command = async (ctx) => {
  const options = parse(ctx);
  if (typeof options === 'number') return options;
  const name = `ovirt-hosted-engine-setup-${stamp(ctx.host.date())}-${randomLetters(ctx.lab, 6)}.log`;
  ctx.host.fs.write(`${paths.setupLogs}/${name}`, '', { mode: 0o600 });
  const d = new Deployment(ctx, new Console(ctx, `${paths.setupLogs}/${name}`), options.restore);
  if (options.ip.includes('4')) d.set('NETWORK/forceIPv4', true);
  if (options.ip.includes('6')) d.set('NETWORK/forceIPv6', true);
  return runStages(d, options);
};
