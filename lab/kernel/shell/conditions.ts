/** `[[ ]]`, and the file and number tests that `test` shares with it. */
import type { CommandNode, WordNode } from 'just-bash';
import { FileError } from '../file-error.ts';
import { evaluateText } from './arithmetic.ts';
import { lookUp } from './parameter.ts';
import { matches } from './pattern.ts';
import { resolvePath } from './redirect.ts';
import { type Shell, ShellError } from './state.ts';
import { expandPattern, expandText } from './words.ts';

type Condition = Extract<CommandNode, { type: 'ConditionalCommand' }>['expression'];

export async function condition(shell: Shell, node: Condition): Promise<boolean> {
  switch (node.type) {
    case 'CondNot':
      return !(await condition(shell, node.operand));
    case 'CondAnd':
      return (await condition(shell, node.left)) && (await condition(shell, node.right));
    case 'CondOr':
      return (await condition(shell, node.left)) || (await condition(shell, node.right));
    case 'CondGroup':
      return condition(shell, node.expression);
    case 'CondWord':
      return (await expandText(shell, node.word)) !== '';
    case 'CondUnary':
      return unaryTest(shell, node.operator, await expandText(shell, node.operand));
    case 'CondBinary': {
      const left = await expandText(shell, node.left);
      if (node.operator === '=' || node.operator === '==') return matches(await expandPattern(shell, node.right), left);
      if (node.operator === '!=') return !matches(await expandPattern(shell, node.right), left);
      if (node.operator === '=~') return regexTest(shell, left, await regexSource(shell, node.right));
      const right = await expandText(shell, node.right);
      if (
        node.operator.startsWith('-') &&
        node.operator !== '-nt' &&
        node.operator !== '-ot' &&
        node.operator !== '-ef'
      )
        return compare(node.operator, evaluateText(shell, left), evaluateText(shell, right));
      return binaryTest(shell, left, node.operator, right);
    }
  }
}

async function regexSource(shell: Shell, word: WordNode): Promise<string> {
  let source = '';
  for (const part of word.parts) {
    if (part.type === 'Literal') source += part.value;
    else if (part.type === 'Glob') source += part.pattern;
    else if (part.type === 'Escaped') source += `\\${part.value}`;
    else
      for (const piece of await shell.interpreter.expandParts(shell, [part], false))
        source += piece.quoted ? piece.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : piece.text;
  }
  return source;
}

const posix: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  space: '\\s',
  upper: 'A-Z',
  lower: 'a-z',
  xdigit: '0-9a-fA-F',
};

function regexTest(shell: Shell, text: string, source: string): boolean {
  const found = new RegExp(source.replace(/\[:(\w+):\]/g, (_, name: string) => posix[name] ?? '')).exec(text);
  shell.assignList('BASH_REMATCH', found ? [...found].map((group) => group ?? '') : []);
  return found !== null;
}

/** Sockets are plain files in the lab; those of services live in /run under names that say so. */
function isSocket(path: string): boolean {
  return /^\/(var\/)?run\/.*sock/.test(path);
}

export async function unaryTest(shell: Shell, operator: string, operand: string): Promise<boolean> {
  const fs = shell.host.fs;
  const path = resolvePath(shell, operand);
  const there = operand !== '' && fs.exists(path);
  const modeBit = (bit: number): boolean => {
    if (!there) return false;
    const stat = fs.stat(path);
    if (shell.process.user === 'root') return bit !== 1 || stat.type === 'directory' || (stat.mode & 0o111) !== 0;
    const shift = stat.owner === shell.process.user ? 6 : stat.group === shell.process.user ? 3 : 0;
    return ((stat.mode >> shift) & bit) !== 0;
  };
  switch (operator) {
    case '-z':
      return operand === '';
    case '-n':
      return operand !== '';
    case '-e':
    case '-a':
      return there;
    case '-f':
      return there && fs.stat(path).type === 'file';
    case '-d':
      return there && fs.isDirectory(path);
    case '-s':
      return there && (fs.stat(path).type === 'directory' || fs.readBytes(path) !== '');
    case '-r':
      return modeBit(4);
    case '-w':
      return modeBit(2);
    case '-x':
      return modeBit(1);
    case '-h':
    case '-L':
      try {
        return fs.lstat(path).type === 'symlink';
      } catch (error) {
        if (error instanceof FileError) return false;
        throw error;
      }
    case '-b':
    case '-c':
      return there && fs.stat(path).type === 'device';
    case '-S':
    case '-p':
      return there && isSocket(path);
    case '-t':
      return shell.process.tty && /^[012]$/.test(operand);
    case '-O':
      return there && fs.stat(path).owner === shell.process.user;
    case '-v':
      return (await lookUp(shell, operand)).values !== undefined;
    default:
      throw new ShellError(`${operator}: unary operator expected`, 2);
  }
}

export function compare(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

export function binaryTest(shell: Shell, left: string, operator: string, right: string): boolean {
  const fs = shell.host.fs;
  const age = (path: string): number =>
    fs.exists(resolvePath(shell, path)) ? fs.stat(resolvePath(shell, path)).modified : -1;
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
      return age(left) > age(right);
    case '-ot':
      return age(left) < age(right);
    case '-ef':
      return (
        fs.exists(resolvePath(shell, left)) &&
        fs.realpath(resolvePath(shell, left)) === fs.realpath(resolvePath(shell, right))
      );
    default: {
      for (const operand of [left, right])
        if (!/^\s*[-+]?\d+\s*$/.test(operand)) throw new ShellError(`${operand}: integer expression expected`, 2);
      return compare(operator, Number(left), Number(right));
    }
  }
}
