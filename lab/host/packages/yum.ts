/** yum 3.4.3: command line, lock, prompts, exit codes. */
import type { Host } from '../../kernel/host.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { evr, repositoryFailed } from './output.ts';
import { repolist } from './repolist.ts';
import { repoConfigs } from './repositories.ts';
import { activeRepos, best, RepositoryFailed, sack, updatesFor } from './solve.ts';
import { autoremove, install, update, type YumRun } from './transactions.ts';

const lockFile = '/var/run/yum.pid';

/** Waits for another yum as the real one does: every two seconds, for ever. */
async function lock(ctx: CommandContext): Promise<void> {
  const { fs, processes } = ctx.host;
  let told = false;
  for (;;) {
    const pid = fs.exists(lockFile) ? Number(fs.read(lockFile)) : 0;
    const holder = processes.get(pid);
    if (!holder?.running) break;
    if (!told) ctx.out(`Existing lock ${lockFile}: another copy is running as pid ${pid}.\n`);
    told = true;
    const age = Math.max(0, Math.floor((ctx.lab.clock.now() - holder.startedAt) / 1000));
    ctx.out(
      'Another app is currently holding the yum lock; waiting for it to exit...\n  The other application is: yum\n',
    );
    ctx.out(
      `    Memory :  32 M RSS (449 MB VSZ)\n    Started: ${String(Math.floor(age / 60)).padStart(2, '0')}:${String(age % 60).padStart(2, '0')} ago\n    State  : Sleeping, pid: ${pid}\n`,
    );
    await ctx.sleep(2);
  }
  fs.write(lockFile, String(ctx.process.pid));
}

function unlock(ctx: CommandContext): void {
  const { fs } = ctx.host;
  if (fs.exists(lockFile) && fs.read(lockFile) === String(ctx.process.pid)) fs.remove(lockFile);
}

async function checkUpdate(run: YumRun): Promise<number> {
  const found = updatesFor(run.host, sack(run.host, run.choice), run.names.length > 0 ? run.names : undefined);
  if (found.length > 0) run.ctx.out('\n');
  for (const { offer, repo } of found)
    run.ctx.out(`${`${offer.name}.${offer.arch}`.padEnd(40)} ${evr(offer).padEnd(25)} ${repo}\n`);
  return found.length > 0 ? 100 : 0;
}

async function list(run: YumRun): Promise<number> {
  const [what = 'all', ...patterns] = run.names;
  const wanted = /^(installed|available|all|updates)$/.test(what) ? patterns : run.names;
  const pass = (name: string): boolean =>
    wanted.length === 0 ||
    wanted.some((pattern) => new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*')}$`).test(name));
  const installed = run.host.packages.all().filter((one) => pass(one.name));
  const all = what === 'installed' ? [] : sack(run.host, run.choice);
  const names = [...new Set(all.map(({ offer }) => offer.name))].filter(pass);
  const available = names
    .filter((name) => !run.host.packages.has(name))
    .map((name) => best(all.filter(({ offer }) => offer.name === name)));
  const line = (name: string, version: string, repo: string): void =>
    run.ctx.out(`${name.padEnd(40)} ${version.padEnd(25)} ${repo}\n`);
  if (installed.length > 0 && what !== 'available') {
    run.ctx.out('Installed Packages\n');
    for (const one of installed) line(`${one.name}.${one.arch}`, evr(one), `@${one.fromRepo}`);
  }
  if (available.length > 0 && what !== 'installed') {
    run.ctx.out('Available Packages\n');
    for (const one of available) if (one) line(`${one.offer.name}.${one.offer.arch}`, evr(one.offer), one.repo);
  }
  if (installed.length + available.length > 0) return 0;
  run.ctx.err('Error: No matching Packages to list\n');
  return 1;
}

async function info(run: YumRun): Promise<number> {
  const all = sack(run.host, run.choice);
  let code = 1;
  for (const name of run.names) {
    const one = run.host.packages.get(name);
    const found = one ?? best(all.filter(({ offer }) => offer.name === name))?.offer;
    if (!found) continue;
    run.ctx.out(
      `${one ? 'Installed' : 'Available'} Packages\nName        : ${found.name}\nArch        : ${found.arch}\n${found.epoch > 0 ? `Epoch       : ${found.epoch}\n` : ''}Version     : ${found.version}\nRelease     : ${found.release}\nRepo        : ${one ? 'installed' : (best(all.filter(({ offer }) => offer.name === name))?.repo ?? '')}\n\n`,
    );
    code = 0;
  }
  if (code !== 0) run.ctx.err('Error: No matching Packages to list\n');
  return code;
}

const commands: Readonly<
  Record<string, { run: (run: YumRun) => Promise<number>; root: boolean; locks: boolean; seconds: number }>
> = {
  install: { run: install, root: true, locks: true, seconds: 3 },
  localinstall: { run: install, root: true, locks: true, seconds: 3 },
  update: { run: update, root: true, locks: true, seconds: 4 },
  upgrade: { run: update, root: true, locks: true, seconds: 4 },
  remove: { run: (run) => autoremove(run, false), root: true, locks: true, seconds: 1 },
  erase: { run: (run) => autoremove(run, false), root: true, locks: true, seconds: 1 },
  autoremove: { run: (run) => autoremove(run, true), root: true, locks: true, seconds: 1 },
  repolist: { run: repolist, root: false, locks: false, seconds: 1 },
  'check-update': { run: checkUpdate, root: false, locks: false, seconds: 3 },
  list: { run: list, root: false, locks: false, seconds: 1 },
  info: { run: info, root: false, locks: false, seconds: 1 },
  makecache: {
    run: async (run) => {
      sack(run.host, run.choice);
      run.ctx.out('Metadata Cache Created\n');
      return 0;
    },
    root: true,
    locks: true,
    seconds: 5,
  },
  clean: {
    run: async (run) => {
      run.ctx.out(
        `Cleaning repos: ${activeRepos(run.host, run.choice)
          .map((repo) => repo.id)
          .join(' ')}\n`,
      );
      return 0;
    },
    root: true,
    locks: true,
    seconds: 0.5,
  },
  history: {
    run: async (run) => {
      run.ctx.out('ID     | Login user               | Date and time    | Action(s)      | Altered\nhistory list\n');
      return 0;
    },
    root: true,
    locks: false,
    seconds: 0.5,
  },
};

export const yum: Command = async (ctx) => {
  const { operands, options, has, unknown } = parseOptions(ctx.args, 'yqvCd:e:R:tc:', [
    'assumeyes',
    'assumeno',
    'quiet',
    'verbose',
    'enablerepo=',
    'disablerepo=',
    'setopt=',
    'nogpgcheck',
    'skip-broken',
    'cacheonly',
    'disableplugin=',
    'noplugins',
    'exclude=',
    'releasever=',
    'version',
    'downloadonly',
    'color=',
  ]);
  const [name, ...names] = operands;
  if (has('version')) {
    ctx.out('3.4.3\n');
    return 0;
  }
  if (unknown !== undefined) {
    ctx.err(`Usage: yum [options] COMMAND\n\nCommand line error: no such option: ${unknown.split('=')[0]}\n`);
    return 1;
  }
  const command = commands[name ?? ''];
  const quiet = has('q', 'quiet');
  if (!quiet) ctx.out('Loaded plugins: fastestmirror\n');
  if (!command) {
    ctx.err(
      name === undefined
        ? 'You need to give some command\n'
        : `No such command: ${name}. Please use /usr/bin/yum --help\n`,
    );
    return 1;
  }
  if (command.root && ctx.user !== 'root') {
    ctx.err('You need to be root to perform this command.\n');
    return 1;
  }
  const host = ctx.host as Host;
  const split = (key: string): string[] => (options.get(key) ?? []).flatMap((value) => value.split(','));
  const choice = { enable: split('enablerepo'), disable: split('disablerepo') };
  for (const id of choice.enable)
    if (!id.includes('*') && !repoConfigs(host).some((repo) => repo.id === id)) {
      ctx.err(`\n\nError getting repository data for ${id}, repository not found\n`);
      return 1;
    }
  if (command.locks) await lock(ctx);
  try {
    await ctx.sleep(command.seconds);
    if (!quiet) ctx.out('Loading mirror speeds from cached hostfile\n');
    const settings = new Map(
      (options.get('setopt') ?? []).map((text) => [
        text.slice(0, text.indexOf('=')),
        text.slice(text.indexOf('=') + 1),
      ]),
    );
    return await command.run({
      ctx,
      host,
      names,
      choice,
      yes: has('y', 'assumeyes'),
      no: has('assumeno'),
      quiet,
      settings,
    });
  } catch (error) {
    if (!(error instanceof RepositoryFailed)) throw error;
    ctx.err(repositoryFailed(error.repo));
    return 1;
  } finally {
    if (ctx.process.running) unlock(ctx);
  }
};
