/** Compound commands: groups, conditions, loops, case. */
import type { CommandNode, StatementNode } from 'just-bash';
import { arithmetic } from './arithmetic.ts';
import { condition } from './conditions.ts';
import { expandWords } from './expand.ts';
import { matches } from './pattern.ts';
import { LoopJump, type Shell } from './state.ts';
import { expandPattern, expandSource, expandText } from './words.ts';

async function test(shell: Shell, statements: readonly StatementNode[]): Promise<boolean> {
  shell.guarded += 1;
  try {
    return (await shell.interpreter.runStatements(shell, statements)) === 0;
  } finally {
    shell.guarded -= 1;
  }
}

export async function runCompound(
  shell: Shell,
  node: Exclude<CommandNode, { type: 'SimpleCommand' | 'FunctionDef' }>,
): Promise<number> {
  switch (node.type) {
    case 'Group':
      return shell.interpreter.runStatements(shell, node.body);
    case 'Subshell': {
      const { status } = await shell.interpreter.runSubshell(shell, node.body, new Map());
      shell.status = status;
      shell.leaveOnError(status);
      return status;
    }
    case 'If':
      for (const clause of node.clauses) if (await test(shell, clause.condition)) return runBody(shell, clause.body);
      return node.elseBody ? runBody(shell, node.elseBody) : 0;
    case 'While':
    case 'Until':
      return loop(shell, async () => (await test(shell, node.condition)) === (node.type === 'While'), node.body);
    case 'For': {
      const words = node.words ? await expandWords(shell, node.words) : [...shell.positional];
      return loop(
        shell,
        async () => {
          const word = words.shift();
          if (word === undefined) return false;
          shell.assign(node.variable, word);
          return true;
        },
        node.body,
      );
    }
    case 'CStyleFor': {
      if (node.init) await arithmetic(shell, node.init, expandSource);
      let first = true;
      return loop(
        shell,
        async () => {
          if (!first && node.update) await arithmetic(shell, node.update, expandSource);
          first = false;
          return node.condition ? (await arithmetic(shell, node.condition, expandSource)) !== 0 : true;
        },
        node.body,
      );
    }
    case 'Case':
      return runCase(shell, node);
    case 'ArithmeticCommand':
      return (await arithmetic(shell, node.expression, expandSource)) === 0 ? 1 : 0;
    case 'ConditionalCommand':
      return (await condition(shell, node.expression)) ? 0 : 1;
  }
}

async function runBody(shell: Shell, body: readonly StatementNode[]): Promise<number> {
  shell.status = 0;
  return shell.interpreter.runStatements(shell, body);
}

async function loop(shell: Shell, next: () => Promise<boolean>, body: readonly StatementNode[]): Promise<number> {
  let status = 0;
  for (let turn = 1; await next(); turn += 1) {
    // A loop that never waits must not stop the world.
    if (turn % 100 === 0) await shell.process.interruptible(new Promise((resolve) => setImmediate(resolve)));
    try {
      status = await shell.interpreter.runStatements(shell, body);
    } catch (error) {
      if (!(error instanceof LoopJump)) throw error;
      error.levels -= 1;
      if (error.levels > 0) throw error;
      status = 0;
      if (error.kind === 'break') break;
    }
  }
  return status;
}

async function runCase(shell: Shell, node: Extract<CommandNode, { type: 'Case' }>): Promise<number> {
  const word = await expandText(shell, node.word);
  let status = 0;
  let falling = false;
  for (const item of node.items) {
    let hit = falling;
    for (const pattern of item.patterns) {
      if (hit) break;
      hit = matches(await expandPattern(shell, pattern), word);
    }
    if (!hit) continue;
    status = await runBody(shell, item.body);
    if (item.terminator === ';;') return status;
    falling = item.terminator === ';&';
  }
  return status;
}
