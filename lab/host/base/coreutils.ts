/** bash, coreutils, findutils, grep, sed, gawk, util-linux, procps-ng: what a minimal CentOS has for the shell. */
import type { Host } from '../../kernel/host.ts';
import { bashProgram } from '../../kernel/shell/main.ts';
import type { CommandSet, PackageBuild } from '../../types.ts';
import { accountTools } from './accounts.ts';
import { fileTools } from './files.ts';
import { flock } from './flock.ts';
import { ls } from './ls.ts';
import { processTools } from './processes.ts';
import { systemTools } from './system.ts';
import { textTools } from './text-tools.ts';

/** Which package brings a program, where it is not coreutils. */
const owners: Readonly<Record<string, readonly string[]>> = {
  grep: ['grep', 'egrep', 'fgrep'],
  sed: ['sed'],
  gawk: ['awk', 'gawk'],
  findutils: ['find', 'xargs'],
  diffutils: ['diff'],
  tar: ['tar'],
  file: ['file'],
  gzip: ['gzip', 'gunzip', 'zcat'],
  'util-linux': ['flock', 'mountpoint', 'setsid', 'ionice', 'dmesg', 'lscpu', 'su', 'runuser', 'column', 'rev'],
  'procps-ng': ['free', 'ps', 'pgrep', 'pkill', 'uptime'],
  which: ['which'],
  sudo: ['sudo'],
  hostname: ['hostname'],
  libselinux: ['getenforce', 'setenforce'],
  dmidecode: ['dmidecode'],
  kmod: ['lsmod', 'modprobe'],
  binutils: ['strings'],
  glibc: ['getconf', 'locale'],
};

const programs: CommandSet = {
  ...textTools,
  ...fileTools,
  ...processTools,
  ...accountTools,
  ...systemTools,
  ls,
  flock,
};

function pick(names: readonly string[]): CommandSet {
  return Object.fromEntries(Object.entries(programs).filter(([name]) => names.includes(name)));
}

const elsewhere = new Set(Object.values(owners).flat());

export const coreutils: readonly PackageBuild[] = [
  {
    package: 'bash',
    post: (host) => {
      for (const path of ['/usr/bin/bash', '/usr/bin/sh']) (host as Host).addProgram(path, bashProgram(host as Host));
    },
  },
  {
    package: 'coreutils',
    programs: Object.fromEntries(Object.entries(programs).filter(([name]) => !elsewhere.has(name))),
  },
  ...Object.entries(owners).map(([name, names]) => ({ package: name, programs: pick(names) })),
];
