/**
 * The host folder: CentOS 7.7 as installed on the hosts, package by package, each command with the outputs and exit
 * codes of the real one. This file: the part that puts them together.
 */
import type { LabPart } from '../types.ts';
import { basePackages } from './base/index.ts';
import { fencingPackages } from './fencing/index.ts';
import { networkPackages } from './network/index.ts';
import { packagePackages } from './packages/index.ts';
import { publishRepositories } from './packages/mirrors.ts';
import { storagePackages } from './storage/index.ts';
import { systemdPackages } from './systemd/index.ts';
import { virtualisationPackages } from './virtualisation/index.ts';

export const hostPart: LabPart = {
  name: 'CentOS 7',
  packages: [
    ...basePackages,
    ...systemdPackages,
    ...packagePackages,
    ...networkPackages,
    ...storagePackages,
    ...virtualisationPackages,
    ...fencingPackages,
  ],
  publish: publishRepositories,
};
