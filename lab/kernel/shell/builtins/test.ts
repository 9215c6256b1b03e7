/** test and [: expressions of one to many arguments. */
import { binaryTest, unaryTest } from '../conditions.ts';
import { type Shell, ShellError } from '../state.ts';

const binaries = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

export async function testExpression(shell: Shell, name: string, args: readonly string[]): Promise<number> {
  try {
    const parser = { args, at: 0 };
    if (args.length === 0) return 1;
    const result = await either(shell, parser);
    if (parser.at < args.length)
      throw new ShellError(args.length > 2 ? 'too many arguments' : `${args[0]}: unary operator expected`, 2);
    return result ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    shell.complain(`line ${shell.line - 1}: ${name}: ${error.message}`);
    return 2;
  }
}

interface Parser {
  args: readonly string[];
  at: number;
}

async function either(shell: Shell, parser: Parser): Promise<boolean> {
  let result = await both(shell, parser);
  while (parser.args[parser.at] === '-o') {
    parser.at += 1;
    const right = await both(shell, parser);
    result = result || right;
  }
  return result;
}

async function both(shell: Shell, parser: Parser): Promise<boolean> {
  let result = await primary(shell, parser);
  while (parser.args[parser.at] === '-a') {
    parser.at += 1;
    const right = await primary(shell, parser);
    result = result && right;
  }
  return result;
}

async function primary(shell: Shell, parser: Parser): Promise<boolean> {
  const { args } = parser;
  const first = args[parser.at];
  if (first === undefined) throw new ShellError('argument expected', 2);
  const second = args[parser.at + 1];
  const third = args[parser.at + 2];
  if (second !== undefined && third !== undefined && binaries.has(second)) {
    parser.at += 3;
    return binaryTest(shell, first, second, third);
  }
  if (first === '!' && second !== undefined) {
    parser.at += 1;
    return !(await primary(shell, parser));
  }
  if (first === '(' && second !== undefined) {
    parser.at += 1;
    const inner = await either(shell, parser);
    if (args[parser.at] !== ')') throw new ShellError("`)' expected", 2);
    parser.at += 1;
    return inner;
  }
  if (/^-[a-zA-Z]$/.test(first) && second !== undefined && first !== '-a' && first !== '-o') {
    parser.at += 2;
    return unaryTest(shell, first, second);
  }
  parser.at += 1;
  return first !== '';
}
