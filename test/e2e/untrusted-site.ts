/** A datacentre whose inventory pins nothing yet, and the commands that examine and pin as they do without a terminal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time.js';
import { expect } from 'vitest';
import type { Finding } from '../../cli/doctor/finding.ts';
import { examine } from '../../cli/doctor/index.ts';
import type { CliFailure } from '../../cli/failure.ts';
import { Home } from '../../cli/home.ts';
import { trustEngine } from '../../cli/trust/engine.ts';
import { trustHost } from '../../cli/trust/host.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

interface Trusted {
  readonly changed: boolean;
  readonly replaced?: string;
  readonly pinned?: { readonly fingerprint: string };
}

export class UntrustedSite {
  /** For the command line: with the lab's own inventory. */
  readonly env: Readonly<Record<string, string>>;
  /** The inventory as a user has it before anything is pinned, beside the lab's own. */
  readonly mine: string;
  /** By host, as the lab's own inventory pins them. */
  readonly hostKeys: Readonly<Record<string, string>>;

  private constructor(readonly stack: Stack) {
    const { inventory } = stack.lab;
    this.env = {
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: stack.client.options.namespace,
      RUNBOOK_INVENTORY: inventory,
    };
    this.mine = join(dirname(inventory), 'mine.yaml');
    const text = readFileSync(inventory, 'utf8');
    this.hostKeys = Object.fromEntries(
      [...text.matchAll(/name: (host\d)[\s\S]*?hostKey: (ssh-ed25519)\s+(\S+)/g)].map(([, name, type, key]) => [
        name,
        `${type} ${key}`,
      ]),
    );
    const unpinned = text.replace(/ {4,6}hostKey: ssh-ed25519\s+\S+\n/g, '').replace(/ {2}ca:\n {4}file: .*\n/, '');
    writeFileSync(this.mine, `# Our datacentre.\n${unpinned.replace('user: root\n', 'user: root # by key\n')}`);
  }

  static async open(): Promise<UntrustedSite> {
    return new UntrustedSite(await Stack.open({ address: temporalAddress(), preset: 'deployed', hosts: 2 }));
  }

  close(): Promise<void> {
    return this.stack.close();
  }

  async keepRuns(retention: string): Promise<void> {
    await this.stack.client.connection.workflowService.updateNamespace({
      namespace: this.stack.client.options.namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retention) },
    });
  }

  async doctor(inventory: string, address = temporalAddress()): Promise<readonly Finding[]> {
    const { namespace } = this.stack.client.options;
    return examine({ home: new Home(this.stack.worker.home), address, namespace, inventory });
  }

  async trust(name: string, change: { fingerprint?: string; replace?: boolean; inventory?: string } = {}) {
    const request = { inventory: this.mine, replace: false, terminal: false, ...change };
    const answer = await (name === 'engine' ? trustEngine(request) : trustHost(name, request));
    return answer.document as Trusted;
  }

  /** The fingerprint that it shows of itself, preferred first. */
  async shown(name: string): Promise<string> {
    const { fields } = await refused(this.trust(name));
    return (fields.offered as readonly string[])[0] ?? '';
  }
}

export async function refused(work: Promise<unknown>): Promise<CliFailure> {
  return work.then(
    () => expect.unreachable('it was pinned'),
    (error: CliFailure) => error,
  );
}

const NAS = { type: 'nfs', address: 'nas.test.local' };
const SAN = { type: 'iscsi', target: 'iqn.2019-11.local.test:secure', lun: '36001405e7b95d2c4a1f4c0d8b3e6a917' };
const DOMAINS = [
  { name: 'files1', ...NAS, path: '/exports/data' },
  { name: 'files2', ...NAS, path: '/exports/root_only' },
  { name: 'san1', ...SAN, address: '172.20.32.7', otherPortals: [{ address: '172.20.32.8' }] },
  {
    ...{ name: 'san2', ...SAN, address: '172.20.32.99' },
    chap: { user: 'ovirt', password: { file: 'secrets/nobody-wrote-it' } },
  },
];

/** The text of an inventory with most of what `doctor` looks at gone wrong. */
export function brokenInManyPlaces(text: string): string {
  return text
    .replace('secrets/engine-root-password', 'secrets/loose-password')
    .replace(/(?<=bmc:[\s\S]*?)user: root/, 'user: nobody')
    .replace(/scale: .*/, 'scale: 1')
    .replace('dataDomains:\n', () => `dataDomains:\n${DOMAINS.map((one) => `    - ${JSON.stringify(one)}\n`).join('')}`)
    .concat('blackouts: [freeze.ics]\n')
    .concat('notifications: { receivers: [{ name: chat, webhook: { url: https://chat.test, caFile: chat.pem } }] }\n');
}
