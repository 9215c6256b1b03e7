/** What the simulated internet offers to yum: repositories by base URL, and release packages by URL. */
import type { Lab } from '../types.ts';

export function publishRepositories(_lab: Lab): void {}
