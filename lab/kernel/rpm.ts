/** The rpm database of a host, and what installing or erasing does to its files, programs and units. */

import type { PackageBuild } from '../types.ts';
import type { Host } from './host.ts';
import type { InstalledPackage, PackageOffer, RpmDatabase } from './model.ts';

export class Rpms implements RpmDatabase {
  readonly #host: Host;
  readonly #installed = new Map<string, InstalledPackage>();

  constructor(host: Host) {
    this.#host = host;
  }

  get(name: string): InstalledPackage | undefined {
    return this.#installed.get(name);
  }

  has(name: string): boolean {
    return this.#installed.has(name);
  }

  all(): readonly InstalledPackage[] {
    return [...this.#installed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  install(offer: PackageOffer, options: { fromRepo?: string; dependency?: boolean } = {}): void {
    for (const old of offer.obsoletes ?? []) if (this.has(old)) this.erase(old);
    const previous = this.#installed.get(offer.name);
    const { name, epoch, version, release, arch } = offer;
    this.#installed.set(name, {
      name,
      epoch,
      version,
      release,
      arch,
      requires: offer.requires ?? [],
      provides: offer.provides ?? [],
      fromRepo: options.fromRepo ?? 'installed',
      installedAt: this.#host.lab.clock.now(),
      dependency: previous ? previous.dependency : (options.dependency ?? false),
    });
    for (const build of this.#host.lab.builds(name)) this.#unpack(build, previous === undefined);
    this.#host.units.reload();
    this.#host.worldChanged(`installed ${name}`);
  }

  erase(name: string): void {
    if (!this.#installed.delete(name)) return;
    for (const build of this.#host.lab.builds(name)) this.#remove(build);
    this.#host.units.reload();
    this.#host.worldChanged(`erased ${name}`);
  }

  #unpack(build: PackageBuild, first: boolean): void {
    const { fs, units } = this.#host;
    for (const directory of build.directories ?? []) fs.mkdir(directory);
    for (const [path, file] of Object.entries(build.files ?? {})) {
      if (file.config && fs.exists(path)) continue;
      const content = typeof file.content === 'string' ? file.content : file.content(this.#host);
      const { mode = 0o644, owner = 'root', group = 'root' } = file;
      fs.write(path, content, { mode, owner, group });
    }
    for (const [name, command] of Object.entries(build.programs ?? {})) this.#host.addProgram(name, command);
    for (const [name, text] of Object.entries(build.units ?? {})) fs.write(`/usr/lib/systemd/system/${name}`, text);
    if (first) for (const name of build.enabledByPreset ?? []) units.enable(name);
    build.post?.(this.#host);
  }

  #remove(build: PackageBuild): void {
    const { fs, units } = this.#host;
    for (const name of Object.keys(build.units ?? {})) {
      void units.stop(name).catch(() => undefined);
      if (units.status(name).unitFileState === 'enabled') units.disable(name);
      fs.remove(`/usr/lib/systemd/system/${name}`);
    }
    for (const name of Object.keys(build.programs ?? {})) this.#host.removeProgram(name);
    for (const [path, file] of Object.entries(build.files ?? {})) {
      if (!fs.exists(path)) continue;
      if (file.config && typeof file.content === 'string' && fs.read(path) !== file.content)
        fs.rename(path, `${path}.rpmsave`);
      else fs.remove(path);
    }
    build.postun?.(this.#host);
  }
}
