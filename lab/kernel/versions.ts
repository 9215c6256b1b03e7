/** rpm's version order: runs of digits and letters, `~` before everything, epoch first. */
import type { Nevra } from './model.ts';

export function compareVersions(left: string, right: string): number {
  const a = left.match(/~|\d+|[a-zA-Z]+/g) ?? [];
  const b = right.match(/~|\d+|[a-zA-Z]+/g) ?? [];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const x = a[index];
    const y = b[index];
    if (x === '~' || y === '~') {
      if (x === y) continue;
      return x === '~' ? -1 : 1;
    }
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const xNumber = /^\d/.test(x);
    const yNumber = /^\d/.test(y);
    if (xNumber !== yNumber) return xNumber ? 1 : -1;
    const order = xNumber ? Number(BigInt(x) - BigInt(y)) : x === y ? 0 : x < y ? -1 : 1;
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

export function compareNevra(left: Nevra, right: Nevra): number {
  return (
    Math.sign(left.epoch - right.epoch) ||
    compareVersions(left.version, right.version) ||
    compareVersions(left.release, right.release)
  );
}

export function nevra(one: Nevra): string {
  return `${one.name}-${one.version}-${one.release}.${one.arch}`;
}
