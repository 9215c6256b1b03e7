import type { CommandContext } from '../../types.ts';
import { hostedEngineConf } from '../conf.ts';
import { engineIsUp } from '../liveliness.ts';

/** `--check-liveliness`: one GET of the health page over plain HTTP; whatever is not `DB Up` counts as not up. */
export async function checkLiveliness(ctx: CommandContext): Promise<number> {
  const conf = hostedEngineConf(ctx.host);
  if (!conf) {
    ctx.err('Error reading the configuration file\n');
    return 2;
  }
  const fqdn = conf.get('fqdn');
  if (!fqdn) {
    ctx.err('Incomplete configuration, missing FQDN of the hosted engine VM\n');
    return 2;
  }
  await ctx.sleep(0.5);
  if (engineIsUp(ctx.host, fqdn)) {
    ctx.out('Hosted Engine is up!\n');
    return 0;
  }
  ctx.out('Hosted Engine is not up!\n');
  return 1;
}
