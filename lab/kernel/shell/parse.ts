/** Scripts as syntax trees, parsed once per text. */
import { parse, type ScriptNode } from 'just-bash';

const keptScripts = 200;
const parsed = new Map<string, ScriptNode>();

export function parseScript(script: string): ScriptNode {
  const known = parsed.get(script);
  if (known) return known;
  const tree = parse(script);
  if (parsed.size >= keptScripts) parsed.clear();
  parsed.set(script, tree);
  return tree;
}
