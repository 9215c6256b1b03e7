/** yum-config-manager: enables and disables repositories in their files, adds new ones. */
import type { Host } from '../../kernel/host.ts';
import type { Command } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { type RepoConfig, repoConfigs, repoDirectory, setRepoOption } from './repositories.ts';

function header(id: string): string {
  const title = ` repo: ${id} `;
  const left = Math.floor((80 - title.length) / 2);
  return `${'='.repeat(Math.max(0, left))}${title}${'='.repeat(Math.max(0, 80 - title.length - left))}`;
}

function dump(repo: RepoConfig, enabled: boolean): string {
  const values: Readonly<Record<string, string>> = {
    async: 'True',
    bandwidth: '0',
    base_persistdir: '/var/lib/yum/repos/x86_64/7',
    baseurl: repo.baseurl,
    cachedir: `/var/cache/yum/x86_64/7/${repo.id}`,
    cost: '1000',
    enabled: enabled ? '1' : '0',
    gpgcheck: repo.settings.get('gpgcheck') === '1' ? 'True' : 'False',
    name: repo.name,
    skip_if_unavailable: repo.settings.get('skip_if_unavailable') === '1' ? 'True' : 'False',
    timeout: '30.0',
    ui_id: repo.id,
  };
  return `${header(repo.id)}\n[${repo.id}]\n${Object.entries(values)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')}\n`;
}

export const yumConfigManager: Command = async (ctx) => {
  const { operands, options, has } = parseOptions(ctx.args, 'yq', [
    'enable',
    'disable',
    'add-repo=',
    'save',
    'setopt=',
    'quiet',
    'dump',
  ]);
  const host = ctx.host as Host;
  if (ctx.user !== 'root' && has('enable', 'disable', 'add-repo', 'save')) {
    ctx.err('You must be root to change the yum configuration.\n');
    return 50;
  }
  ctx.out('Loaded plugins: fastestmirror\n');
  for (const url of options.get('add-repo') ?? []) {
    const id = url.replace(/^[a-z]+:\/\//, '').replace(/[/?:&#|]+/g, '_');
    ctx.out(`adding repo from: ${url}\n\n`);
    host.fs.write(`${repoDirectory}/${id}.repo`, `\n[${id}]\nname=added from: ${url}\nbaseurl=${url}\nenabled=1\n\n\n`);
    ctx.out(`[${id}]\nname=added from: ${url}\nbaseurl=${url}\nenabled=1\n\n\n`);
  }
  if (!has('enable', 'disable', 'save') && operands.length === 0) return 0;
  if (operands.length === 0 && has('enable', 'disable')) {
    ctx.err(
      `Error: please specify repos to ${has('disable') ? 'disable (\\* to disable all)' : 'enable (\\* to enable all)'}.\n`,
    );
    return 1;
  }
  for (const repo of repoConfigs(host)) {
    if (
      !operands.some((pattern) =>
        new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*')}$`).test(repo.id),
      )
    )
      continue;
    const enabled = has('disable') ? false : has('enable') ? true : repo.enabled;
    if (has('enable', 'disable')) setRepoOption(host, repo, 'enabled', enabled ? '1' : '0');
    ctx.out(dump(repo, enabled));
  }
  // Options of one repository: `--save --setopt=ID.KEY=VALUE`.
  if (has('save'))
    for (const text of options.get('setopt') ?? []) {
      const [, id, key = '', value = ''] = /^(.+)\.([a-z_]+)=(.*)$/.exec(text) ?? [];
      for (const repo of repoConfigs(host)) if (repo.id === id) setRepoOption(host, repo, key, value);
    }
  return 0;
};
