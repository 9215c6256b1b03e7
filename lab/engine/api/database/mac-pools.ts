import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';

/** Addresses that the engine gives to vNICs of the clusters that belong to the pool. */
export interface MacPoolRow {
  readonly id: string;
  name: string;
  description: string;
  allowDuplicates: boolean;
  readonly defaultPool: boolean;
  ranges: readonly { readonly from: string; readonly to: string }[];
}

/** The pool that engine-setup makes, of a vendor part that belongs to nobody. */
export function defaultMacPool(lab: Lab): MacPoolRow {
  return {
    id: uuid(lab),
    name: 'Default',
    description: 'Default MAC pool',
    allowDuplicates: false,
    defaultPool: true,
    ranges: [{ from: '56:6f:1a:00:00:00', to: '56:6f:1a:00:ff:ff' }],
  };
}

/** Addresses as numbers, to count through a range. */
export const macAddress = {
  number: (text: string): number => Number.parseInt(text.replaceAll(':', ''), 16),
  text: (value: number): string =>
    value
      .toString(16)
      .padStart(12, '0')
      .replace(/(..)(?=.)/g, '$1:'),
};
