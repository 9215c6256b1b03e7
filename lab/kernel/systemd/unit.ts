/** One loaded unit: its settings, its state, the processes of its control group. */
import type { ActiveState, UnitStatus } from '../model.ts';
import type { UnitSettings } from './unit-file.ts';

/** What systemctl says when a job cannot be done; the code is its exit code. */
export class UnitError extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

export interface Unit {
  readonly name: string;
  settings: UnitSettings | undefined;
  readonly transient: boolean;
  /** How a transient unit's program is started; installed ones have ExecStart. */
  readonly command?: { argv: readonly string[]; user: string; env: ReadonlyMap<string, string>; cwd: string };
  remainAfterExit: boolean;
  active: ActiveState;
  sub: string;
  result: string;
  mainPid: number;
  execCode: number;
  execStatus: number;
  execPid: number;
  startedAt: number;
  exitedAt: number;
  activeSince: number;
  inactiveSince: number;
  /** The condition that kept the last start from happening. */
  unmet: { text: string; at: number } | undefined;
  conditionResult: boolean;
  stopping: boolean;
  /** Ends a pending restart. */
  cancelRestart: (() => void) | undefined;
}

export function newUnit(
  name: string,
  options: Pick<Unit, 'settings' | 'transient' | 'command' | 'remainAfterExit'>,
): Unit {
  return {
    ...options,
    name,
    active: 'inactive',
    sub: 'dead',
    result: 'success',
    mainPid: 0,
    execCode: 0,
    execStatus: 0,
    execPid: 0,
    startedAt: 0,
    exitedAt: 0,
    activeSince: 0,
    inactiveSince: 0,
    unmet: undefined,
    conditionResult: false,
    stopping: false,
    cancelRestart: undefined,
  };
}

export function statusOf(
  name: string,
  unit: Unit | undefined,
  file: { loadState: UnitStatus['loadState']; enabled: UnitStatus['unitFileState'] },
): UnitStatus {
  return {
    name,
    loadState: unit?.transient ? 'loaded' : file.loadState,
    activeState: unit?.active ?? 'inactive',
    subState: unit?.sub ?? 'dead',
    result: unit?.result ?? 'success',
    unitFileState: unit?.transient ? 'static' : file.enabled,
    mainPid: unit?.mainPid ?? 0,
    execMainCode: unit?.execCode ?? 0,
    execMainStatus: unit?.execStatus ?? 0,
    transient: unit?.transient ?? false,
  };
}
