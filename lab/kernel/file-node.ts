import type { FileStat } from './model.ts';

export interface Node {
  type: FileStat['type'];
  inode: number;
  mode: number;
  owner: string;
  group: string;
  modified: number;
  parts: string[];
  size: number;
  target?: string;
  children?: Map<string, Node>;
  content?: () => string;
  onWrite?: (text: string) => void;
}
