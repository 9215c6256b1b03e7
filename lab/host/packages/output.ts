/** The texts of yum's transactions. */
import { nevra } from '../../kernel/versions.ts';
import type { Nevra, PackageOffer } from '../../types.ts';
import type { Available, Transaction } from './solve.ts';

const rule = '='.repeat(80);

export function evr(one: Nevra): string {
  return `${one.epoch > 0 ? `${one.epoch}:` : ''}${one.version}-${one.release}`;
}

function size(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} G`;
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20 < 10 ? (bytes / 2 ** 20).toFixed(1) : Math.round(bytes / 2 ** 20)} M`;
  return `${Math.round(bytes / 1024)} k`;
}

export function humanSize(bytes: number): string {
  return size(bytes);
}

function row(offer: Nevra, repo: string, bytes: number): string {
  const cells = [offer.name.padEnd(26), offer.arch.padEnd(8), evr(offer).padEnd(22), repo.padEnd(14)].join(' ');
  return ` ${cells} ${size(bytes).padStart(6)}\n`;
}

const total = (list: readonly Available[]): number => list.reduce((sum, { offer }) => sum + (offer.size ?? 100_000), 0);
const plural = (count: number): string => (count === 1 ? 'Package' : 'Packages');

export function transactionTable(transaction: Transaction): string {
  const { install, update, dependencies } = transaction;
  const section = (title: string, list: readonly Available[]): string =>
    list.length === 0
      ? ''
      : `${title}:\n${list.map(({ offer, repo }) => row(offer, repo, offer.size ?? 100_000)).join('')}`;
  const more = (count: number): string =>
    count === 0 ? '' : ` (+${count} Dependent ${count === 1 ? 'package' : 'packages'})`;
  const summary = [
    install.length > 0 ? `Install  ${install.length} ${plural(install.length)}${more(dependencies.length)}\n` : '',
    install.length === 0 && dependencies.length > 0
      ? `Install             ( ${dependencies.length} Dependent ${dependencies.length === 1 ? 'package' : 'packages'})\n`
      : '',
    update.length > 0 ? `Upgrade  ${update.length} ${plural(update.length)}\n` : '',
  ].join('');
  const bytes = total([...install, ...update, ...dependencies]);
  return `\nDependencies Resolved\n\n${rule}\n Package                    Arch     Version                Repository       Size\n${rule}\n${section('Installing', install)}${section('Updating', update)}${section('Installing for dependencies', dependencies)}\nTransaction Summary\n${rule}\n${summary}\nTotal download size: ${humanSize(bytes)}\n${install.length > 0 ? `Installed size: ${humanSize(bytes * 3)}\n` : ''}`;
}

export function removalTable(packages: readonly Nevra[], dependent: readonly Nevra[]): string {
  const section = (title: string, list: readonly Nevra[]): string =>
    list.length === 0 ? '' : `${title}:\n${list.map((one) => row(one, 'installed', 300_000)).join('')}`;
  const count = packages.length;
  return `\nDependencies Resolved\n\n${rule}\n Package                    Arch     Version                Repository       Size\n${rule}\n${section('Removing', packages)}${section('Removing for dependencies', dependent)}\nTransaction Summary\n${rule}\nRemove  ${count} ${plural(count)}${dependent.length > 0 ? ` (+${dependent.length} Dependent ${dependent.length === 1 ? 'package' : 'packages'})` : ''}\n\nInstalled size: ${humanSize(300_000 * (count + dependent.length))}\n`;
}

export function doneBlock(title: string, packages: readonly Nevra[]): string {
  return packages.length === 0
    ? ''
    : `\n${title}:\n${packages.map((one) => `  ${`${one.name}.${one.arch} ${one.epoch}:${one.version}-${one.release}`.padEnd(76)}  \n`).join('')}`;
}

export function step(verb: string, offer: PackageOffer | Nevra, index: number, count: number): string {
  return `  ${verb.padEnd(11)}: ${nevra(offer).padEnd(50)} ${`${index}/${count}`.padStart(9)} \n`;
}

/** The head of yum's advice and the way out that it names. */
export function repositoryFailed(repo: { id: string; name: string }): string {
  return `\n\n One of the configured repositories failed (${repo.name}),\n and yum doesn't have enough cached data to continue.\n\n            yum-config-manager --disable ${repo.id}\n\n`;
}
