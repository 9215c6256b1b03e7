/**
 * The shell folder: bash on top of the parser of just-bash. The parser gives the syntax tree; expansion, redirections,
 * jobs, traps and exit codes are done here, because commands must stream, run concurrently and be killable.
 * This file: what one shell knows (variables, functions, options, traps, jobs).
 */
import type { CommandNode, StatementNode } from 'just-bash';
import type { Host } from '../host.ts';
import type { Process } from '../process.ts';
import type { Files } from '../streams.ts';
import type { Piece, WordPart } from './pieces.ts';

export type FunctionNode = Extract<CommandNode, { type: 'FunctionDef' }>;

export interface Variable {
  value: string | undefined;
  list?: Map<string, string>;
  associative?: boolean;
  exported: boolean;
  readonly?: boolean;
}

export interface ShellOptions {
  errexit: boolean;
  nounset: boolean;
  pipefail: boolean;
  xtrace: boolean;
  noglob: boolean;
  noclobber: boolean;
  nullglob: boolean;
}

/** Leaves the shell (or subshell) with a code. */
export class ShellExit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code & 255;
  }
}
export class LoopJump extends Error {
  readonly kind: 'break' | 'continue';
  levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}
export class FunctionReturn extends Error {
  readonly code: number;
  constructor(code: number) {
    super('return');
    this.code = code & 255;
  }
}
/** A message that the shell prints and that fails the current command (bad redirection, unbound variable). */
export class ShellError extends Error {
  readonly code: number;
  readonly fatal: boolean;
  constructor(message: string, code = 1, fatal = false) {
    super(message);
    this.code = code;
    this.fatal = fatal;
  }
}

/**
 * Where the grammar is recursive (a word holds commands, a command holds words and further commands) the parts call each
 * other through the shell that they work for, so that none of them imports the other.
 */
export interface Interpreter {
  expandParts(shell: Shell, parts: readonly WordPart[], inQuotes: boolean): Promise<Piece[]>;
  runStatements(shell: Shell, statements: readonly StatementNode[]): Promise<number>;
  runCommand(shell: Shell, node: CommandNode): Promise<number>;
  /** Runs statements in a forked shell with some descriptors replaced, to its end. */
  runSubshell(shell: Shell, statements: readonly StatementNode[], replaced: Files): Promise<{ status: number }>;
}

export class Shell {
  readonly host: Host;
  readonly process: Process;
  readonly interpreter: Interpreter;
  /** `bash` in messages, `$0`. */
  name: string;
  positional: string[] = [];
  status = 0;
  /** Code of the last command substitution of the running command: that of an assignment without a program. */
  substituted: number | undefined;
  pipeStatus: number[] = [0];
  lastBackground = 0;
  variables = new Map<string, Variable>();
  readonly functions = new Map<string, FunctionNode>();
  options: ShellOptions = {
    errexit: false,
    nounset: false,
    pipefail: false,
    xtrace: false,
    noglob: false,
    noclobber: false,
    nullglob: false,
  };
  readonly traps = new Map<string, string>();
  readonly jobs = new Map<number, Process>();
  /** Saved variables of the functions that run, innermost last. */
  readonly scopes: Map<string, Variable | undefined>[] = [];
  /** Above zero: errexit does not act (conditions, left sides of && and ||). */
  guarded = 0;
  subshell: boolean;
  /** A shell made for one simple command becomes that program instead of waiting for a child. */
  becomesProgram = false;
  /** Runs a script file. */
  fromFile = false;
  depth = 0;
  line = 1;
  readonly pendingTraps: string[] = [];
  /** Told when a trapped signal arrives. */
  onTrap: (() => void) | undefined;
  runTraps: () => Promise<void> = async () => undefined;

  constructor(host: Host, process: Process, options: { name: string; interpreter: Interpreter }) {
    this.host = host;
    this.process = process;
    this.interpreter = options.interpreter;
    this.name = options.name;
    this.subshell = false;
    for (const [key, value] of process.env) this.variables.set(key, { value, exported: true });
    this.assign('PWD', process.cwd, true);
  }

  /** The copy that a subshell works on. */
  fork(process: Process): Shell {
    const child = new Shell(this.host, process, this);
    child.subshell = true;
    child.fromFile = this.fromFile;
    child.positional = [...this.positional];
    child.status = this.status;
    child.lastBackground = this.lastBackground;
    child.options = { ...this.options };
    child.variables = new Map();
    for (const [key, variable] of this.variables)
      child.variables.set(key, { ...variable, ...(variable.list ? { list: new Map(variable.list) } : {}) });
    for (const [key, node] of this.functions) child.functions.set(key, node);
    for (const [key, action] of this.traps) if (action === '') child.traps.set(key, action);
    child.guarded = this.guarded;
    child.depth = this.depth;
    return child;
  }

  get(name: string): string | undefined {
    const variable = this.variables.get(name);
    return variable?.list ? variable.list.get('0') : variable?.value;
  }

  assign(name: string, value: string, exported = false): void {
    const existing = this.variables.get(name);
    if (existing?.readonly) throw new ShellError(`${name}: readonly variable`, 1, true);
    if (existing) {
      if (existing.list) existing.list.set('0', value);
      else existing.value = value;
      existing.exported ||= exported;
    } else this.variables.set(name, { value, exported });
  }

  assignElement(name: string, key: string, value: string): void {
    const existing = this.variables.get(name);
    if (existing?.readonly) throw new ShellError(`${name}: readonly variable`, 1, true);
    if (existing?.list) existing.list.set(key, value);
    else {
      const list = new Map<string, string>();
      if (existing?.value !== undefined) list.set('0', existing.value);
      list.set(key, value);
      this.variables.set(name, { value: undefined, list, exported: existing?.exported ?? false });
    }
  }

  assignList(name: string, values: readonly string[]): void {
    const list = new Map(values.map((value, index) => [String(index), value]));
    this.variables.set(name, { value: undefined, list, exported: false });
  }

  /** Remembers a variable for the end of the running function. */
  makeLocal(name: string): void {
    const scope = this.scopes.at(-1);
    if (!scope || scope.has(name)) return;
    scope.set(name, this.variables.get(name));
    this.variables.delete(name);
  }

  leaveScope(): void {
    for (const [name, old] of this.scopes.pop() ?? []) {
      if (old) this.variables.set(name, old);
      else this.variables.delete(name);
    }
  }

  /** `set -e`, where it acts. */
  leaveOnError(status: number): void {
    if (status !== 0 && this.options.errexit && this.guarded === 0) throw new ShellExit(status);
  }

  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, variable] of this.variables)
      if (variable.exported && variable.value !== undefined) env.set(name, variable.value);
    return env;
  }

  /** What messages begin with: the name that the shell was started by, in scripts with the line. */
  get prefix(): string {
    return this.fromFile ? `${this.name}: line ${this.line}: ` : `${this.name}: `;
  }

  complain(message: string): void {
    this.process.write(2, Buffer.from(`${this.prefix}${message}\n`, 'utf8').toString('latin1'));
  }
}
