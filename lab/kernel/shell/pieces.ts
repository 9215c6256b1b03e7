/** What a word is made of, and what its expansion gives. */
import type { WordNode } from 'just-bash';

export type WordPart = WordNode['parts'][number];

/** A stretch of expanded text; `boundary` separates the words of "$@". */
export interface Piece {
  text: string;
  quoted: boolean;
  /** Subject to splitting: the result of an unquoted expansion. */
  split: boolean;
  boundary?: boolean;
}
