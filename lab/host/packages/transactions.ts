/** install, update, remove: the transaction is asked for, shown, and carried out package by package. */
import type { Host } from '../../kernel/host.ts';
import { compareNevra, nevra } from '../../kernel/versions.ts';
import type { CommandContext, InstalledPackage } from '../../types.ts';
import { doneBlock, humanSize, removalTable, step, transactionTable } from './output.ts';
import {
  type Available,
  best,
  complete,
  provides,
  type RepoChoice,
  sack,
  type Transaction,
  Unsolvable,
  updatesFor,
} from './solve.ts';

export interface YumRun {
  readonly ctx: CommandContext;
  readonly host: Host;
  readonly names: readonly string[];
  readonly choice: RepoChoice;
  readonly yes: boolean;
  readonly no: boolean;
  readonly quiet: boolean;
  readonly settings: ReadonlyMap<string, string>;
}

const pattern = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);

/** True: go on. At the end of input, as with N, yum leaves and saves the transaction. */
async function confirm(run: YumRun, question: string): Promise<boolean> {
  if (run.yes) return true;
  run.ctx.out(question);
  const answer = run.no ? 'n' : await run.ctx.stdin.line();
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return true;
  const date = run.host.date().toISOString().slice(0, 16).replace('T', '.').replace(':', '-');
  const file = `/tmp/yum_save_tx.${date}.${run.ctx.process.pid}.yumtx`;
  run.host.fs.write(file, '');
  run.ctx.out(`Exiting on user command\nYour transaction was saved, rerun it with:\n yum load-transaction ${file}\n`);
  return false;
}

/** `NAME`, `NAME-VERSION`, `NAME-VERSION-RELEASE` or `NAME.ARCH`, with wildcards. */
function candidates(available: readonly Available[], given: string): Available[] {
  const wanted = pattern(given);
  const byName = available.filter(({ offer }) => wanted.test(offer.name) || wanted.test(`${offer.name}.${offer.arch}`));
  if (byName.length > 0)
    return [...new Set(byName.map(({ offer }) => offer.name))].flatMap(
      (name) => best(byName.filter(({ offer }) => offer.name === name)) ?? [],
    );
  const exact = available.filter(({ offer }) =>
    [
      `${offer.name}-${offer.version}`,
      `${offer.name}-${offer.version}-${offer.release}`,
      nevra(offer),
      `${offer.epoch}:${offer.name}-${offer.version}-${offer.release}`,
    ].some((text) => wanted.test(text)),
  );
  const chosen = best(exact) ?? provides(available, given);
  return chosen ? [chosen] : [];
}

export async function install(run: YumRun): Promise<number> {
  const { ctx, host } = run;
  const chosen = new Map<string, Available>();
  const urls = run.names.filter((name) => /^https?:\/\/|^\/.*\.rpm$/.test(name));
  const plain = run.names.filter((name) => !urls.includes(name));
  for (const url of urls) {
    const file = ctx.lab.rpmFiles.get(url);
    const offer =
      file && [...ctx.lab.mirrors.values()].flatMap(({ packages }) => packages).find((one) => one.name === file.name);
    if (!offer || !host.lab.dns.answering || !host.network.reachable(host.lab.gateway)) {
      ctx.err(`Cannot open: ${url}. Skipping.\n`);
      continue;
    }
    const temporary = `/var/tmp/yum-root-Qj8XyT/${url.split('/').at(-1)}`;
    ctx.out(`Examining ${temporary}: ${nevra(offer)}\n`);
    const installed = host.packages.get(offer.name);
    if (installed && compareNevra(installed, offer) >= 0) ctx.out(`${temporary}: does not update installed package.\n`);
    else {
      ctx.out(`Marking ${temporary} to be installed\n`);
      chosen.set(offer.name, {
        offer,
        repo: `/${url
          .split('/')
          .at(-1)
          ?.replace(/\.rpm$/, '')}`,
      });
    }
  }
  const available = plain.length > 0 || chosen.size > 0 ? sack(host, run.choice) : [];
  let missing = 0;
  let current = 0;
  for (const name of plain) {
    const found = candidates(available, name);
    const installedNames = host.packages.all().filter((one) => pattern(name).test(one.name));
    if (found.length === 0 && installedNames.length === 0) {
      ctx.out(`No package ${name} available.\n`);
      missing += 1;
      continue;
    }
    if (found.length === 0) current += 1;
    for (const one of found) {
      const installed = host.packages.get(one.offer.name);
      const successor = best(available.filter(({ offer }) => offer.obsoletes?.includes(one.offer.name)));
      if (successor && host.packages.has(successor.offer.name)) {
        ctx.out(
          `Package ${one.offer.name} is obsoleted by ${successor.offer.name}, but obsoleting package does not provide for requirements\n`,
        );
        current += 1;
      } else if (installed && compareNevra(installed, one.offer) >= 0) {
        ctx.out(`Package ${nevra(installed)} already installed and latest version\n`);
        current += 1;
      } else chosen.set((successor ?? one).offer.name, successor ?? one);
    }
  }
  if (missing > 0 && run.settings.get('skip_missing_names_on_install') === '0') {
    ctx.err('Error: Not tolerating missing names on install, stopping.\n');
    return 1;
  }
  if (chosen.size === 0) {
    if (current > 0) {
      ctx.out('Nothing to do\n');
      return 0;
    }
    ctx.err('Error: Nothing to do\n');
    return 1;
  }
  const all = [...chosen.values()];
  const news = all.filter(({ offer }) => !host.packages.has(offer.name));
  const olds = all.filter(({ offer }) => host.packages.has(offer.name));
  return resolveAndRun(run, available, news, olds);
}

export async function update(run: YumRun): Promise<number> {
  const available = sack(run.host, run.choice);
  const found = updatesFor(run.host, available, run.names.length > 0 ? run.names : undefined);
  for (const name of run.names)
    if (!run.host.packages.all().some((one) => pattern(name).test(one.name)))
      run.ctx.out(`No Match for argument: ${name}\n`);
  if (found.length === 0) {
    run.ctx.out('No packages marked for update\n');
    return 0;
  }
  const news = found.filter(({ offer }) => !run.host.packages.has(offer.name));
  return resolveAndRun(
    run,
    available,
    news,
    found.filter((one) => !news.includes(one)),
  );
}

async function resolveAndRun(
  run: YumRun,
  available: readonly Available[],
  news: readonly Available[],
  olds: readonly Available[],
): Promise<number> {
  const { ctx, host } = run;
  let transaction: Transaction;
  try {
    transaction = complete(host, available, { install: news, update: olds });
  } catch (error) {
    if (!(error instanceof Unsolvable)) throw error;
    ctx.err(
      `Error: Package: ${nevra(error.wanting.offer)} (${error.wanting.repo})\n           Requires: ${error.missing}\n You could try using --skip-broken to work around the problem\n You could try running: rpm -Va --nofiles --nodigest\n`,
    );
    return 1;
  }
  ctx.out('Resolving Dependencies\n--> Running transaction check\n');
  const everything = [...transaction.install, ...transaction.update, ...transaction.dependencies];
  for (const { offer } of everything)
    ctx.out(
      `---> Package ${offer.name}.${offer.arch} ${offer.epoch}:${offer.version}-${offer.release} will be ${transaction.update.some((one) => one.offer === offer) ? 'an update' : 'installed'}\n`,
    );
  ctx.out('--> Finished Dependency Resolution\n');
  ctx.out(transactionTable(transaction));
  if (!(await confirm(run, 'Is this ok [y/d/N]: '))) return 1;
  return carryOut(run, transaction);
}

/** Dependencies first; a run that is killed leaves what was done so far. */
async function carryOut(run: YumRun, transaction: Transaction): Promise<number> {
  const { ctx, host } = run;
  const ordered = [...transaction.dependencies].reverse().concat(transaction.install, transaction.update);
  ctx.out('Downloading packages:\n');
  for (const { offer } of ordered) await ctx.sleep(0.2 + (offer.size ?? 100_000) / 60e6);
  if (host.fs.full) {
    ctx.err(
      `\n\nError downloading packages:\n${ordered.map(({ offer }) => `  ${nevra(offer)}: Insufficient space in download directory /var/cache/yum/x86_64/7/base/packages\n    * free   0 \n    * needed ${humanSize(offer.size ?? 100_000)}\n`).join('')}`,
    );
    return 1;
  }
  ctx.out('Running transaction check\nRunning transaction test\nTransaction test succeeded\nRunning transaction\n');
  const count = ordered.length;
  for (const [index, { offer, repo }] of ordered.entries()) {
    const verb = transaction.update.some((one) => one.offer === offer) ? 'Updating' : 'Installing';
    await ctx.sleep(0.6 + (offer.size ?? 0) / 200e6);
    host.packages.install(offer, {
      fromRepo: repo,
      dependency: transaction.dependencies.some((one) => one.offer === offer),
    });
    host.fs.append(
      '/var/log/yum.log',
      `${verb === 'Updating' ? 'Updated' : 'Installed'}: ${offer.epoch > 0 ? `${offer.epoch}:` : ''}${nevra(offer)}\n`,
    );
    ctx.out(step(verb, offer, index + 1, count));
  }
  for (const [index, { offer }] of ordered.entries()) ctx.out(step('Verifying', offer, index + 1, count));
  const names = (list: readonly Available[]): Available['offer'][] => list.map(({ offer }) => offer);
  ctx.out(doneBlock('Installed', names(transaction.install)));
  ctx.out(doneBlock('Dependency Installed', names(transaction.dependencies)));
  ctx.out(doneBlock('Updated', names(transaction.update)));
  ctx.out('\nComplete!\n');
  return 0;
}

export async function autoremove(run: YumRun, leaves: boolean): Promise<number> {
  const { ctx, host } = run;
  const removed = new Map<string, InstalledPackage>();
  for (const name of run.names) {
    const found = host.packages.all().filter((one) => pattern(name).test(one.name));
    if (found.length === 0) ctx.out(`No Match for argument: ${name}\n`);
    for (const one of found) removed.set(one.name, one);
  }
  if (removed.size === 0) {
    ctx.out('No Packages marked for removal\n');
    return 0;
  }
  const asked = [...removed.values()];
  const gone = (name: string): boolean =>
    ![...host.packages.all()].some(
      (one) => !removed.has(one.name) && (one.name === name || one.provides.includes(name)),
    );
  for (let again = true; again; ) {
    again = false;
    for (const one of host.packages.all()) {
      const broken = one.requires.some(gone);
      const unused =
        leaves &&
        one.dependency &&
        !host.packages
          .all()
          .some(
            (other) =>
              !removed.has(other.name) &&
              other.requires.some((name) => name === one.name || one.provides.includes(name)),
          );
      if (removed.has(one.name) || (!broken && !unused)) continue;
      removed.set(one.name, one);
      again = true;
    }
  }
  const dependent = [...removed.values()].filter((one) => !asked.includes(one));
  ctx.out('Resolving Dependencies\n--> Running transaction check\n');
  for (const one of removed.values())
    ctx.out(`---> Package ${one.name}.${one.arch} ${one.epoch}:${one.version}-${one.release} will be erased\n`);
  ctx.out('--> Finished Dependency Resolution\n');
  ctx.out(removalTable(asked, dependent));
  if (!(await confirm(run, 'Is this ok [y/N]: '))) return 1;
  ctx.out(
    'Downloading packages:\nRunning transaction check\nRunning transaction test\nTransaction test succeeded\nRunning transaction\n',
  );
  const ordered = [...dependent, ...asked];
  for (const [index, one] of ordered.entries()) {
    await ctx.sleep(0.5);
    host.packages.erase(one.name);
    ctx.out(step('Erasing', one, index + 1, ordered.length));
  }
  ctx.out(doneBlock('Removed', asked));
  ctx.out(doneBlock('Dependency Removed', dependent));
  ctx.out('\nComplete!\n');
  return 0;
}
