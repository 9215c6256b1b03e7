/** rpm: queries of the database, erasing, files of packages, verification of nothing else. */
import type { Host } from '../../kernel/host.ts';
import { nevra } from '../../kernel/versions.ts';
import type { Command, CommandContext, InstalledPackage } from '../../types.ts';
import { parseOptions } from '../args.ts';

function format(one: InstalledPackage, text: string): string {
  const values: Readonly<Record<string, string>> = {
    NAME: one.name,
    EPOCH: one.epoch === 0 ? '(none)' : String(one.epoch),
    EPOCHNUM: String(one.epoch),
    VERSION: one.version,
    RELEASE: one.release,
    ARCH: one.arch,
    EVR: `${one.epoch > 0 ? `${one.epoch}:` : ''}${one.version}-${one.release}`,
    NEVRA: `${one.epoch > 0 ? `${one.name}-${one.epoch}:${one.version}-${one.release}.${one.arch}` : nevra(one)}`,
    NVRA: nevra(one),
    INSTALLTIME: String(Math.floor(one.installedAt / 1000)),
    VENDOR: 'CentOS',
    SUMMARY: one.name,
    SIZE: '300000',
  };
  return text
    .replace(/%(-?\d*)\{(?:\?)?:?([A-Z]+)(?::\w+)?\}/gi, (_, width: string, key: string) => {
      const value = values[key.toUpperCase()] ?? '(none)';
      return width.startsWith('-') ? value.padEnd(Number(width.slice(1))) : value.padStart(Number(width || 0));
    })
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');
}

function query(ctx: CommandContext): number {
  const { operands, value, has } = parseOptions(ctx.args, 'qaflicRp', [
    'query',
    'all',
    'qf=',
    'queryformat=',
    'quiet',
    'whatprovides',
    'whatrequires',
    'requires',
    'provides',
    'list',
    'file',
    'changelog',
    'last',
    'nosignature',
    'nodigest',
  ]);
  const host = ctx.host as Host;
  const text = value('qf', 'queryformat');
  const show = (one: InstalledPackage): void => {
    if (has('R', 'requires')) ctx.out(one.requires.map((name) => `${name}\n`).join(''));
    else if (has('provides')) ctx.out([one.name, ...one.provides].map((name) => `${name}\n`).join(''));
    else if (has('l', 'list'))
      ctx.out(
        filesOf(host, one.name)
          .map((path) => `${path}\n`)
          .join(''),
      );
    else if (has('i'))
      ctx.out(
        `Name        : ${one.name}\nVersion     : ${one.version}\nRelease     : ${one.release}\nArchitecture: ${one.arch}\n`,
      );
    else ctx.out(text === undefined ? `${nevra(one)}\n` : format(one, text));
  };
  if (has('a', 'all')) {
    for (const one of host.packages.all())
      if (
        operands.length === 0 ||
        operands.some(
          (pattern) =>
            new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`).test(
              one.name,
            ) || pattern === nevra(one),
        )
      )
        show(one);
    return 0;
  }
  let missing = 0;
  for (const name of operands) {
    if (has('f', 'file')) {
      const owner = host.packages
        .all()
        .find((one) => filesOf(host, one.name).includes(host.fs.exists(name) ? host.fs.realpath(name) : name));
      if (owner) show(owner);
      else {
        ctx.out(
          host.fs.exists(name)
            ? `file ${name} is not owned by any package\n`
            : `error: file ${name}: No such file or directory\n`,
        );
        missing += 1;
      }
      continue;
    }
    if (has('whatprovides')) {
      const found = host.packages.all().filter((one) => one.name === name || one.provides.includes(name));
      for (const one of found) show(one);
      if (found.length > 0) continue;
      ctx.out(`no package provides ${name}\n`);
      missing += 1;
      continue;
    }
    const found =
      host.packages.get(name) ??
      host.packages
        .all()
        .find((one) =>
          [
            `${one.name}-${one.version}`,
            `${one.name}-${one.version}-${one.release}`,
            nevra(one),
            `${one.name}.${one.arch}`,
          ].includes(name),
        );
    if (found) {
      if (!has('quiet')) show(found);
    } else {
      missing += 1;
      if (!has('quiet')) ctx.out(`package ${name} is not installed\n`);
    }
  }
  return Math.min(missing, 255);
}

function filesOf(host: Host, name: string): string[] {
  return host.lab
    .builds(name)
    .flatMap((build) => [
      ...Object.keys(build.files ?? {}),
      ...Object.keys(build.programs ?? {}).map((program) =>
        program.startsWith('/') ? program : `/usr/bin/${program}`,
      ),
      ...Object.keys(build.units ?? {}).map((unit) => `/usr/lib/systemd/system/${unit}`),
    ]);
}

export const rpm: Command = async (ctx) => {
  if (ctx.args.some((arg) => /^-[a-z]*q|^--query$/.test(arg))) return query(ctx);
  const { operands, has, value } = parseOptions(ctx.args, 'eVvhE:iUF', [
    'erase',
    'nodeps',
    'verify',
    'eval=',
    'import',
    'version',
    'nofiles',
    'nodigest',
    'allmatches',
  ]);
  if (has('version')) {
    ctx.out('RPM version 4.11.3\n');
    return 0;
  }
  if (has('E', 'eval')) {
    ctx.out(`${(value('E', 'eval') ?? '').replace('%{rhel}', '7').replace('%rhel', '7')}\n`);
    return 0;
  }
  if (has('import')) return 0;
  if (has('V', 'verify')) return 0;
  if (!has('e', 'erase')) {
    ctx.err('rpm: no arguments given for install\n');
    return 1;
  }
  const host = ctx.host as Host;
  const missing = operands.filter((name) => !host.packages.has(name));
  for (const name of missing) ctx.err(`error: package ${name} is not installed\n`);
  if (missing.length > 0) return missing.length;
  const needed = operands.flatMap((name) =>
    host.packages
      .all()
      .filter((one) => !operands.includes(one.name) && one.requires.includes(name))
      .map((one) => `\t${name} is needed by (installed) ${nevra(one)}\n`),
  );
  if (needed.length > 0 && !has('nodeps')) {
    ctx.err(`error: Failed dependencies:\n${needed.join('')}`);
    return 1;
  }
  for (const name of operands) host.packages.erase(name);
  return 0;
};
