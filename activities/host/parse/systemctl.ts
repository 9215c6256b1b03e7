/**
 * activities/host/parse/ turns what commands print into values: one file per kind of output, pure, tolerant of what
 * versions add, strict about what is decided upon. Nothing here reads an exit code.
 */

export interface UnitState {
  /** systemd knows a unit of this name and can load it. */
  readonly loaded: boolean;
  readonly masked: boolean;
  readonly active: boolean;
  /** Started at boot. */
  readonly enabled: boolean;
  /** As systemd says it: `active/running`. */
  readonly words: string;
}

const PROPERTIES = 'Id,LoadState,ActiveState,SubState,UnitFileState';

/** Asks for the state of services; the exit code is 0 even for units that do not exist. */
export function unitQuery(units: readonly string[]): readonly string[] {
  return ['systemctl', 'show', ...units.map((unit) => `${unit}.service`), '-p', PROPERTIES];
}

/** Blocks come in the order of the arguments, an empty line between them; the order of lines in a block is not ours. */
export function parseUnits<Unit extends string>(text: string, units: readonly Unit[]): Record<Unit, UnitState> {
  const blocks = text.trim().split(/\n\s*\n/);
  return Object.fromEntries(units.map((unit, index) => [unit, unitState(blocks[index] ?? '')])) as Record<
    Unit,
    UnitState
  >;
}

function unitState(block: string): UnitState {
  const values = new Map<string, string>();
  for (const line of block.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const load = values.get('LoadState') ?? 'not-found';
  const active = values.get('ActiveState') ?? 'inactive';
  return {
    // A missing unit answers Result=success and inactive/dead; only LoadState tells it from a stopped one.
    loaded: load === 'loaded',
    masked: load === 'masked',
    active: load === 'loaded' && (active === 'active' || active === 'reloading'),
    enabled: values.get('UnitFileState') === 'enabled',
    words: load === 'loaded' ? `${active}/${values.get('SubState') ?? '?'}` : load,
  };
}
