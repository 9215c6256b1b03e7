import type { Lab } from '../types.ts';

/** In what the releases differ about moving images (IMAGEIO branch ovirt-4.3 is 1.5.x, 4.4 brought 2.x). */
export interface Ways {
  /** 2.x tells where an image has data, and how many clients may work at once. */
  readonly extents: boolean;
  /** 4.3 has a proxy of another kind on the engine machine; afterwards it is the same daemon. */
  readonly ownProxy: boolean;
  /** The engine forgets a transfer as soon as it has ended; 4.4.7 and newer keep it for a while. */
  readonly forgets: boolean;
}

export function waysOf(lab: Lab): Ways {
  const old = lab.profile === 'ovirt-4.3';
  return { extents: !old, ownProxy: old, forgets: old };
}
