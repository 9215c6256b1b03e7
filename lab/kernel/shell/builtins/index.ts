/** Builtins: what bash does in its own process, so that no program is started for it. */
import { control } from './control.ts';
import { jobs } from './jobs.ts';
import { builtins } from './registry.ts';
import { text } from './text.ts';
import { variables } from './variables.ts';

/** Fills the table; called once by the bash program. */
export function registerBuiltins(): void {
  if (builtins.size > 0) return;
  for (const [name, builtin] of Object.entries({ ...control, ...jobs, ...text, ...variables }))
    builtins.set(name, builtin);
}
