import { stamp } from '../ids.ts';
import { paths } from '../paths.ts';
import { formatTyped } from './answers.ts';
import type { Deployment } from './deployment.ts';

/** What generated answer files leave out: passwords, and settings that belong to one run on one host. */
const omitted = new Set([
  'OVEHOSTED_ENGINE/adminPassword',
  'OVEHOSTED_ENGINE/appHostName',
  'OVEHOSTED_VM/cloudinitRootPwd',
  'OVEHOSTED_VM/networking',
  'OVEHOSTED_NETWORK/bridgeIf',
  'OVEHOSTED_NETWORK/host_name',
  'OVEHOSTED_NETWORK/fqdnReverseValidation',
  'OVEHOSTED_STORAGE/iSCSIPortalPassword',
  'OVEHOSTED_STORAGE/iSCSIDiscoverPassword',
  'OVEHOSTED_CORE/restoreFromFile',
  'OVEHOSTED_CORE/skipTTYCheck',
  'OVEHOSTED_CORE/checkRequirements',
  'OVEHOSTED_CORE/memCheckRequirements',
  'OVEHOSTED_CORE/memoryProceed',
  'OVEHOSTED_CORE/renewPKIonRestore',
  'OVEHOSTED_CORE/pauseonRestore',
]);

export function answerText(d: Deployment): string {
  const lines = [...d.environment]
    .filter(([key]) => key.startsWith('OVEHOSTED_') && !omitted.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${formatTyped(value)}\n`);
  return `[environment:default]\n${lines.join('')}`;
}

/** Writes the answers under a dated name, to the place that was asked for and, after success, beside the configuration. */
export function writeAnswers(d: Deployment, asked: string | undefined, succeeded: boolean): void {
  const dated = `${paths.savedAnswers}/answers-${stamp(d.host.date())}.conf`;
  for (const path of [dated, asked, succeeded ? paths.answers : undefined]) {
    if (path === undefined) continue;
    d.console.info(`Generating answer file '${path}'`);
    d.host.fs.write(path, answerText(d), { mode: 0o600 });
  }
}
