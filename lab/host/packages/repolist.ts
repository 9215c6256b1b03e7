/** yum repolist. */
import { fetchRepository, repoConfigs } from './repositories.ts';
import type { YumRun } from './transactions.ts';

const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

export async function repolist(run: YumRun): Promise<number> {
  const { host, ctx } = run;
  const what = run.names[0] ?? 'enabled';
  let sum = 0;
  const rows: [string, string, string][] = [];
  for (const repo of repoConfigs(host)) {
    const enabled = (repo.enabled || run.choice.enable.includes(repo.id)) && !run.choice.disable.includes(repo.id);
    if ((what === 'enabled' && !enabled) || (what === 'disabled' && enabled)) continue;
    const found = enabled ? fetchRepository(host, repo) : undefined;
    const count = found ? (found.count ?? found.packages.length) : 0;
    sum += count;
    // Repositories of the distribution carry the release and the architecture in their address.
    const suffixed = (repo.settings.get('baseurl') ?? '').includes('$releasever') ? `${repo.id}/7/x86_64` : repo.id;
    const status =
      what === 'all'
        ? enabled
          ? `enabled: ${thousands(count)}`
          : 'disabled'
        : what === 'disabled'
          ? ''
          : thousands(count);
    rows.push([suffixed, repo.name, status]);
  }
  const first = Math.max(35, ...rows.map(([id]) => id.length + 1));
  const second = Math.max(35, ...rows.map(([, name]) => name.length + 1));
  if (rows.length > 0)
    ctx.out(
      `${'repo id'.padEnd(first)} ${'repo name'.padEnd(second)} ${what === 'disabled' ? '' : 'status'}\n`.replace(
        / +\n$/,
        '\n',
      ),
    );
  for (const [id, name, status] of rows)
    ctx.out(
      `${id.padEnd(first)} ${name.padEnd(second)} ${status.padStart(what === 'enabled' ? 6 : 0)}`
        .trimEnd()
        .concat('\n'),
    );
  ctx.out(`repolist: ${thousands(sum)}\n`);
  return 0;
}
