/** The yum repositories of a host, as its .repo files say. */
import type { Host } from '../../kernel/host.ts';
import type { Repository } from '../../types.ts';

export const repoDirectory = '/etc/yum.repos.d';

export interface RepoConfig {
  readonly id: string;
  readonly file: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly enabled: boolean;
  readonly name: string;
  readonly baseurl: string;
}

function substitute(text: string): string {
  return text
    .replaceAll('$releasever', '7')
    .replaceAll('$basearch', 'x86_64')
    .replaceAll('$infra', 'stock')
    .replaceAll('$contentdir', 'centos');
}

export function repoConfigs(host: Host): RepoConfig[] {
  if (!host.fs.isDirectory(repoDirectory)) return [];
  return host.fs
    .list(repoDirectory)
    .filter((name) => name.endsWith('.repo'))
    .flatMap((name) => {
      const file = `${repoDirectory}/${name}`;
      return host.fs
        .read(file)
        .split(/^\[/m)
        .slice(1)
        .map((section) => {
          const id = section.slice(0, section.indexOf(']'));
          const settings = new Map<string, string>();
          for (const line of section.split('\n').slice(1)) {
            const [, key, value = ''] = /^([a-z_]+)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
            if (key !== undefined) settings.set(key, value);
          }
          return {
            id,
            file,
            settings,
            enabled: !/^(0|false|no)$/i.test(settings.get('enabled') ?? '1'),
            name: substitute(settings.get('name') ?? id),
            baseurl: substitute(
              settings.get('baseurl') ?? settings.get('mirrorlist') ?? settings.get('metalink') ?? '',
            ).replace(/\/$/, ''),
          };
        });
    });
}

/** Changes one setting of a repository in its file. */
export function setRepoOption(host: Host, repo: RepoConfig, key: string, value: string): void {
  const sections = host.fs.read(repo.file).split(/^(?=\[)/m);
  const changed = sections.map((section) => {
    if (!section.startsWith(`[${repo.id}]`)) return section;
    const line = new RegExp(`^${key}\\s*=.*$`, 'm');
    return line.test(section)
      ? section.replace(line, `${key} = ${value}`)
      : `${section.trimEnd()}\n${key} = ${value}\n`;
  });
  host.fs.write(repo.file, changed.join(''));
}

/** The repository behind a configuration, when its server can be reached from this host. */
export function fetchRepository(host: Host, repo: RepoConfig): Repository | undefined {
  const found = host.lab.mirrors.get(repo.baseurl);
  if (!found?.reachable || !host.lab.dns.answering) return undefined;
  return host.network.reachable(host.lab.gateway) ? found : undefined;
}
