/** bash, coreutils, findutils, grep, sed, gawk, util-linux, procps-ng: what a minimal CentOS has for the shell. */

import type { Host } from '../../kernel/host.ts';
import { bashProgram } from '../../kernel/shell/main.ts';
import type { PackageBuild } from '../../types.ts';
import { textTools } from './text-tools.ts';

export const coreutils: readonly PackageBuild[] = [
  {
    package: 'bash',
    post: (host) => {
      for (const path of ['/usr/bin/bash', '/usr/bin/sh']) (host as Host).addProgram(path, bashProgram(host as Host));
    },
  },
  { package: 'coreutils', programs: textTools },
];
