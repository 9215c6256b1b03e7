import { changeInventory } from '../support/change-inventory.ts';
import { onHost } from '../support/host-files.ts';
import type { End, RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const DEPLOYED = { preset: 'deployed', hosts: 2 };
const RUNBOOK = 'attachStorageDomain';

interface Domain {
  readonly name: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A deployed datacentre of two hosts to which a storage domain is attached. */
export class DomainSite {
  private constructor(
    readonly stack: Stack,
    private readonly domain: Domain,
  ) {}

  static async open(domain: Domain): Promise<DomainSite> {
    return new DomainSite(await Stack.open({ address: temporalAddress(), ...DEPLOYED }), domain);
  }

  close(): Promise<void> {
    return this.stack.close();
  }

  fresh(): Promise<void> {
    return this.stack.fresh(DEPLOYED);
  }

  /** Describes the domain in the lab's inventory, changed so, in place of others of its type. */
  describe(change: object = {}): void {
    changeInventory(this.stack.lab.inventory, ({ storage }) => {
      const others = storage.dataDomains.filter((one) => !('type' in one) || one.type !== this.domain.type);
      storage.dataDomains = [...others, { ...this.domain, ...change }];
    });
  }

  start(input: object = {}): Promise<RunHandle> {
    return this.stack.startWith(RUNBOOK, { name: this.domain.name, dataCenter: 'Datacenter1', ...input });
  }

  async run(input: object = {}): Promise<End> {
    return (await this.start(input)).end();
  }

  onHost(host: string, command: string): Promise<string> {
    return onHost(this.stack.lab.inventory, host, command);
  }
}
