/** What this lab is made of: the operating system's part and those built upon it. */
import { bmcPart } from './bmc/index.ts';
import { hostPart } from './host/index.ts';
import { ovirtPart } from './ovirt/part.ts';
import type { LabPart } from './types.ts';

export const parts: readonly LabPart[] = [hostPart, bmcPart, ovirtPart];
