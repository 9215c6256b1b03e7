export interface EnabledRepository {
  readonly id: string;
  readonly packages: number;
}

/** `yum repolist`: ids carry `/releasever/arch` and marks of the metadata's age; the count has thousands separators. */
export function parseRepolist(text: string): readonly EnabledRepository[] {
  const repositories: EnabledRepository[] = [];
  for (const line of text.split('\n')) {
    const match = /^[!*]*([^\s/!*:]\S*?)(?:\/\S*)?\s+.*?\s([\d,]+)(?:\+[\d,]+)?$/.exec(line.trimEnd());
    if (match === null || /^(repolist:|repo id\s|Loaded plugins|Loading mirror)/.test(line)) continue;
    const [, id = '', count = '0'] = match;
    repositories.push({ id, packages: Number(count.replaceAll(',', '')) });
  }
  return repositories;
}

/** Sections of `.repo` files; `enabled` defaults to yes, as yum reads them. */
export function parseRepositoryFiles(text: string): ReadonlyMap<string, { readonly enabled: boolean }> {
  const repositories = new Map<string, { enabled: boolean }>();
  let section: { enabled: boolean } | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = { enabled: true };
      if (header !== 'main') repositories.set(header, section);
      continue;
    }
    const enabled = /^enabled\s*[=:]\s*(\S+)/i.exec(line)?.[1];
    if (enabled !== undefined && section !== undefined) section.enabled = !/^(0|no|false|off)$/i.test(enabled);
  }
  return repositories;
}

/** The packages that `yum check-update` lists: `name.arch  version  repository`. */
export function parseUpdates(text: string): readonly string[] {
  const updates: string[] = [];
  for (const line of text.split('\n')) {
    // What follows are replaced packages, listed a second time with those that replace them.
    if (/^Obsoleting Packages/.test(line)) break;
    const match = /^(\S+)\.(?:noarch|x86_64|i[3-6]86|aarch64|ppc64le|s390x)\s+(\S+)\s+\S+$/.exec(line.trim());
    if (match !== null) updates.push(`${match[1]}-${match[2]}`);
  }
  return updates;
}

/** Names that `yum install` did not find although it may have ended with 0, because others were good. */
export function parseMissingNames(log: string): readonly string[] {
  return [...log.matchAll(/^No package (\S+) available\.$/gm)].map((match) => match[1] ?? '');
}

/** Addresses and files from which `yum install` could not read an rpm: it goes on without them, and may end with 0. */
export function parseUnopened(log: string): readonly string[] {
  return [...log.matchAll(/^Cannot open: (\S+)\. Skipping\.$/gm)].map((match) => match[1] ?? '');
}
