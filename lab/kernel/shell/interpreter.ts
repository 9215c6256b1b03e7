/**
 * Where the shell's grammar is recursive (a word holds commands, a command holds words and further commands) the parts
 * call each other through the shell that they work for, so that none of them imports the other.
 */
import type { CommandNode, StatementNode } from 'just-bash';
import type { Files } from './redirect.ts';
import type { Shell } from './state.ts';
import type { Piece, WordPart } from './words.ts';

export interface Interpreter {
  expandParts(shell: Shell, parts: readonly WordPart[], inQuotes: boolean): Promise<Piece[]>;
  runStatements(shell: Shell, statements: readonly StatementNode[]): Promise<number>;
  runCommand(shell: Shell, node: CommandNode): Promise<number>;
  /** Runs statements in a forked shell with some descriptors replaced, to its end. */
  runSubshell(shell: Shell, statements: readonly StatementNode[], replaced: Files): Promise<{ status: number }>;
}
