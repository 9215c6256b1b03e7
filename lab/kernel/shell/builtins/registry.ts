/** The table of builtins; apart from them, so that they may look each other up. */
import type { SimpleCommandNode } from 'just-bash';
import type { Shell } from '../state.ts';

export type Builtin = (
  shell: Shell,
  args: readonly string[],
  redirections: SimpleCommandNode['redirections'],
) => Promise<number>;

export const declarations: ReadonlySet<string> = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);

export const builtins = new Map<string, Builtin>();
