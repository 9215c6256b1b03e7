/** Packages of a minimal installation and those that the article's steps add; oVirt's own belong to another part. */
import type { PackageBuild } from '../../types.ts';
import { systemdPackage } from '../systemd/index.ts';
import { coreutils } from './coreutils.ts';

export const basePackages: readonly PackageBuild[] = [...coreutils, ...systemdPackage];
