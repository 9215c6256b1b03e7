import { createHash } from 'node:crypto';
import type { Lab } from '../types.ts';

/** A version-4 UUID from the lab's seeded randomness. */
export function uuid(lab: Lab): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(lab.random() * 16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'[Math.floor(lab.random() * 4)] ?? '8';
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** An id in LVM's own form, the same for the same name. */
export function lvmUuid(name: string): string {
  const letters = [...createHash('sha256').update(name).digest()].map((byte) => ALPHABET[byte % ALPHABET.length]);
  const text = letters.join('');
  return [6, 10, 14, 18, 22, 26, 32].map((end, index, ends) => text.slice(ends[index - 1] ?? 0, end)).join('-');
}

/** Random letters as in the names of temporary files. */
export function randomLetters(lab: Lab, length: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => letters[Math.floor(lab.random() * letters.length)]).join('');
}

/** `YYYYmmddHHMMSS` as in the names of logs and answer files. */
export function stamp(date: Date): string {
  return date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
}
