/** When a window is open, less its blackouts, and whether something of a given length still fits. */
import type { Blackout } from './blackouts.ts';
import type { Moment } from './zone.ts';

/** A time without interruption in which steps may begin. */
export interface Slot {
  readonly from: Moment;
  /** By then they must be over. */
  readonly to: Moment;
}

/** The slots of windows that open at these moments and last so long: those that touch are one, blackouts cut pieces out. */
export function slots(openings: readonly Moment[], length: number, blackouts: readonly Blackout[]): readonly Slot[] {
  const open: Slot[] = [];
  for (const from of [...openings].sort((a, b) => a - b)) {
    const last = open.at(-1);
    if (last !== undefined && from <= last.to) open[open.length - 1] = { from: last.from, to: from + length };
    else open.push({ from, to: from + length });
  }
  return open.flatMap((slot) => less(slot, blackouts));
}

function less(slot: Slot, blackouts: readonly Blackout[]): readonly Slot[] {
  let pieces: readonly Slot[] = [slot];
  for (const { from, to } of blackouts) {
    pieces = pieces.flatMap((piece) =>
      to <= piece.from || from >= piece.to
        ? [piece]
        : [
            { from: piece.from, to: from },
            { from: to, to: piece.to },
          ].filter((part) => part.to > part.from),
    );
  }
  return pieces;
}

export interface Room {
  /** The slot that is open now. */
  readonly open?: Slot;
  /** What is needed fits into it. */
  readonly fits: boolean;
  /** The first slot behind it that has room. */
  readonly next?: Slot;
}

/** Whether something that takes so long fits now, and where it fits next. */
export function room(all: readonly Slot[], now: Moment, need: number): Room {
  const open = all.find((slot) => slot.from <= now && now < slot.to);
  const next = all.find((slot) => slot.from > now && slot.to - slot.from >= need);
  return {
    fits: open !== undefined && open.to - now >= need,
    ...(open && { open }),
    ...(next && { next }),
  };
}
