/** Where unit files and enablement live: search path, aliases, wants links, masks. */
import type { UnitStatus, Vfs } from '../model.ts';
import { UnitError } from './unit.ts';
import { parseUnitFile, type UnitSettings } from './unit-file.ts';

const searchPath = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system'];

export function canonical(name: string): string {
  return /\.(service|target|socket|timer|mount|device|slice|scope|path|swap)$/.test(name) ? name : `${name}.service`;
}

export class UnitFiles {
  readonly #fs: Vfs;

  constructor(fs: Vfs) {
    this.#fs = fs;
  }

  path(name: string): string | undefined {
    return searchPath.map((directory) => `${directory}/${name}`).find((path) => this.#fs.named(path));
  }

  masked(name: string): boolean {
    const path = this.path(name);
    return path !== undefined && this.#target(path) === '/dev/null';
  }

  /** The real name behind an alias link. */
  resolve(name: string): string {
    const path = this.path(name);
    const target = path === undefined ? undefined : this.#target(path);
    return target === undefined || target === '/dev/null' ? name : (target.split('/').at(-1) ?? name);
  }

  settings(name: string): UnitSettings | undefined {
    const path = this.path(name);
    if (path === undefined || this.masked(name) || !this.#fs.exists(path)) return undefined;
    const real = this.#fs.realpath(path);
    const dropins = searchPath
      .map((directory) => `${directory}/${name}.d`)
      .filter((directory) => this.#fs.isDirectory(directory))
      .flatMap((directory) =>
        this.#fs
          .list(directory)
          .filter((file) => file.endsWith('.conf'))
          .map((file) => `${directory}/${file}`),
      );
    const text = [real, ...dropins].map((file) => this.#fs.read(file)).join('\n');
    return parseUnitFile(text, real, name);
  }

  state(name: string): UnitStatus['unitFileState'] {
    if (this.masked(name)) return 'masked';
    const settings = this.settings(name);
    if (!settings) return '';
    if (this.#links(settings, name).some(({ link }) => this.#fs.named(link))) return 'enabled';
    const installable = settings.all('Install', 'WantedBy').length + settings.all('Install', 'RequiredBy').length;
    return installable + settings.all('Install', 'Alias').length > 0 ? 'disabled' : 'static';
  }

  /** Gives the lines that systemctl prints. */
  enable(name: string): string[] {
    const settings = this.#need(name);
    const lines: string[] = [];
    for (const { link, target } of this.#links(settings, name)) {
      if (this.#fs.named(link)) continue;
      this.#fs.symlink(target, link);
      lines.push(`Created symlink from ${link} to ${target}.`);
    }
    for (const also of settings.words('Install', 'Also'))
      if (this.settings(also) && also !== name) lines.push(...this.enable(also));
    return lines;
  }

  disable(name: string): string[] {
    const settings = this.#need(name);
    const lines: string[] = [];
    for (const { link } of this.#links(settings, name)) {
      if (!this.#fs.named(link)) continue;
      this.#fs.remove(link);
      lines.push(`Removed symlink ${link}.`);
    }
    return lines;
  }

  mask(name: string): string[] {
    const link = `/etc/systemd/system/${name}`;
    if (this.masked(name)) return [];
    if (this.#fs.named(link)) this.#fs.remove(link);
    this.#fs.symlink('/dev/null', link);
    return [`Created symlink from ${link} to /dev/null.`];
  }

  unmask(name: string): string[] {
    const link = `/etc/systemd/system/${name}`;
    if (!this.masked(name)) return [];
    this.#fs.remove(link);
    return [`Removed symlink ${link}.`];
  }

  names(): string[] {
    const names = searchPath.flatMap((directory) => (this.#fs.isDirectory(directory) ? this.#fs.list(directory) : []));
    return [...new Set(names.filter((name) => /\.(service|socket|target|timer)$/.test(name)))].sort();
  }

  /** Units that a target pulls in. */
  wantedBy(target: string): string[] {
    const directory = `/etc/systemd/system/${target}.wants`;
    return this.#fs.isDirectory(directory) ? this.#fs.list(directory) : [];
  }

  #need(name: string): UnitSettings {
    if (this.masked(name))
      throw new UnitError('Failed to execute operation: Cannot send after transport endpoint shutdown', 1);
    const settings = this.settings(name);
    if (!settings) throw new UnitError('Failed to execute operation: No such file or directory', 1);
    return settings;
  }

  #links(settings: UnitSettings, name: string): { link: string; target: string }[] {
    const target = settings.path;
    return [
      ...settings.words('Install', 'Alias').map((alias) => ({ link: `/etc/systemd/system/${alias}`, target })),
      ...settings
        .words('Install', 'WantedBy')
        .map((wanting) => ({ link: `/etc/systemd/system/${wanting}.wants/${name}`, target })),
      ...settings
        .words('Install', 'RequiredBy')
        .map((one) => ({ link: `/etc/systemd/system/${one}.requires/${name}`, target })),
    ];
  }

  #target(path: string): string | undefined {
    return this.#fs.named(path) && this.#fs.lstat(path).type === 'symlink' ? this.#fs.readlink(path) : undefined;
  }
}
