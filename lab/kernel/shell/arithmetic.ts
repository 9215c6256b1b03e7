/** Integer arithmetic of `$(( ))`, `(( ))`, array subscripts and `${x:a:b}`; values are reparsed when they name variables. */

import type { CommandNode } from 'just-bash';
import { parse } from 'just-bash';
import { type Shell, ShellError } from './state.ts';

type ArithmeticNode = Extract<CommandNode, { type: 'ArithmeticCommand' }>['expression'];
type Expression = ArithmeticNode['expression'];

/** Expands `$x`, `${x}` and `$(cmd)` in text before it is parsed as an expression. */
export type TextExpander = (shell: Shell, text: string) => Promise<string>;

export async function arithmetic(shell: Shell, node: ArithmeticNode, expand: TextExpander): Promise<number> {
  const text = node.originalText;
  if (text !== undefined && /[$`]/.test(text)) return evaluateText(shell, await expand(shell, text));
  return evaluate(shell, node.expression);
}

export function evaluateText(shell: Shell, text: string, depth = 0): number {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  if (/^[0-9]+$/.test(trimmed)) return Number.parseInt(trimmed, /^0[0-7]+$/.test(trimmed) ? 8 : 10);
  if (depth > 50) throw new ShellError(`${trimmed}: expression recursion level exceeded`, 1, true);
  const command = parse(`((${trimmed}))`).statements[0]?.pipelines[0]?.commands[0];
  if (command?.type !== 'ArithmeticCommand') throw new ShellError(`${trimmed}: syntax error in expression`, 1, true);
  return evaluate(shell, command.expression.expression, depth + 1);
}

function value(shell: Shell, name: string, depth: number): number {
  const text = /^\d+$/.test(name) ? shell.positional[Number(name) - 1] : special(shell, name);
  if (text === undefined && shell.options.nounset) throw new ShellError(`${name}: unbound variable`, 1, true);
  return evaluateText(shell, text ?? '', depth + 1);
}

function special(shell: Shell, name: string): string | undefined {
  if (name === '#') return String(shell.positional.length);
  if (name === '?') return String(shell.status);
  if (name === '$') return String(shell.process.pid);
  if (name === 'RANDOM') return String(Math.floor(shell.host.lab.random() * 32768));
  if (name === 'SECONDS') return String(Math.floor((shell.host.lab.clock.now() - shell.process.startedAt) / 1000));
  return shell.get(name);
}

function evaluate(shell: Shell, node: Expression, depth = 0): number {
  switch (node.type) {
    case 'ArithNumber':
      if (Number.isNaN(node.value)) throw new ShellError('value too great for base', 1, true);
      return node.value;
    case 'ArithVariable':
    case 'ArithSpecialVar':
      return value(shell, node.name, depth);
    case 'ArithGroup':
    case 'ArithNested':
      return evaluate(shell, node.expression, depth);
    case 'ArithTernary':
      return evaluate(shell, evaluate(shell, node.condition, depth) ? node.consequent : node.alternate, depth);
    case 'ArithArrayElement': {
      const key = node.stringKey ?? String(node.index ? evaluate(shell, node.index, depth) : 0);
      return evaluateText(shell, shell.variables.get(node.array)?.list?.get(key) ?? '', depth + 1);
    }
    case 'ArithUnary':
      return unary(shell, node, depth);
    case 'ArithBinary':
      return binary(shell, node, depth);
    case 'ArithAssignment': {
      const right = evaluate(shell, node.value, depth);
      const old = node.operator === '=' ? 0 : value(shell, node.variable, depth);
      const result = node.operator === '=' ? right : combine(node.operator.slice(0, -1), old, right);
      if (node.subscript)
        shell.assignElement(node.variable, String(evaluate(shell, node.subscript, depth)), `${result}`);
      else shell.assign(node.variable, String(result));
      return result;
    }
    default:
      throw new ShellError('syntax error: invalid arithmetic operator', 1, true);
  }
}

function unary(shell: Shell, node: Extract<Expression, { type: 'ArithUnary' }>, depth: number): number {
  if (node.operator === '++' || node.operator === '--') {
    if (node.operand.type !== 'ArithVariable') throw new ShellError('attempted assignment to non-variable', 1, true);
    const old = value(shell, node.operand.name, depth);
    const next = node.operator === '++' ? old + 1 : old - 1;
    shell.assign(node.operand.name, String(next));
    return node.prefix ? next : old;
  }
  const operand = evaluate(shell, node.operand, depth);
  if (node.operator === '-') return -operand;
  if (node.operator === '!') return operand === 0 ? 1 : 0;
  return node.operator === '~' ? ~operand : operand;
}

function binary(shell: Shell, node: Extract<Expression, { type: 'ArithBinary' }>, depth: number): number {
  const left = evaluate(shell, node.left, depth);
  if (node.operator === '&&') return left !== 0 && evaluate(shell, node.right, depth) !== 0 ? 1 : 0;
  if (node.operator === '||') return left !== 0 || evaluate(shell, node.right, depth) !== 0 ? 1 : 0;
  return combine(node.operator, left, evaluate(shell, node.right, depth));
}

function combine(operator: string, left: number, right: number): number {
  const a = BigInt(left);
  const b = BigInt(right);
  if ((operator === '/' || operator === '%') && right === 0) throw new ShellError('division by 0', 1, true);
  const operations: Record<string, () => bigint | boolean> = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '%': () => a % b,
    '**': () => a ** b,
    '<<': () => a << b,
    '>>': () => a >> b,
    '<': () => a < b,
    '<=': () => a <= b,
    '>': () => a > b,
    '>=': () => a >= b,
    '==': () => a === b,
    '!=': () => a !== b,
    '&': () => a & b,
    '|': () => a | b,
    '^': () => a ^ b,
    ',': () => b,
  };
  return Number(operations[operator]?.() ?? 0n);
}
