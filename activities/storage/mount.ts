import { quote } from '../../connectors/quote.ts';

/** A Bash word for the directory that a host has an export mounted at; empty where it has not. */
export function mountPoint(address: string, path: string): string {
  return `"$(findmnt -rn -o TARGET -S ${quote(`${address}:${path}`)} | head -n 1)"`;
}
