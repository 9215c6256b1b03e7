/**
 * The host folder: CentOS 7.7 as installed on the hosts, package by package, each command with the outputs and exit
 * codes of the real one. This file: the part that puts them together.
 */
import type { LabPart } from '../types.ts';
import { basePackages } from './base/index.ts';
import { publishRepositories } from './repositories.ts';

export const hostPart: LabPart = {
  name: 'CentOS 7',
  packages: basePackages,
  publish: publishRepositories,
};
