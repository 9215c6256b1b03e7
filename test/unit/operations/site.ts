/** The datacentre over which operations decide in these tests: one host, unless a test says otherwise. */
import { type Inventory, inventorySchema } from '../../../inventory/schema.ts';
import { resolveProfile } from '../../../profiles/index.ts';

export const LUN = '3600a098000e4b4b3000003c95d171065';

interface SiteWish {
  readonly engine?: object;
  /** What is said of host1, host2, … besides their names and addresses. */
  readonly hosts?: readonly object[];
  readonly storage?: object;
  readonly notifications?: object;
}

export function inventoryWith({ engine, hosts = [{}], storage, ...more }: SiteWish = {}): Inventory {
  return inventorySchema.parse({
    profile: 'ovirt-4.3',
    engine: {
      fqdn: 'ovirt.test.local',
      url: 'https://127.0.0.1:8443/ovirt-engine',
      password: { env: 'ENGINE_PASSWORD' },
      rootPassword: { env: 'ENGINE_ROOT_PASSWORD' },
      ...engine,
    },
    hosts: hosts.map((host, index) => ({
      name: `host${index + 1}`,
      fqdn: `host${index + 1}.test.local`,
      address: `127.0.0.${index + 1}`,
      ssh: { agent: true },
      ...host,
    })),
    storage: { hostedEngine: { type: 'fc', lun: LUN, ...storage } },
    ...more,
  });
}

/** What an operation decides with. */
export function contextOf(inventory: Inventory = inventoryWith()) {
  return {
    inventory,
    profile: resolveProfile(inventory),
    secret: async (_ref: unknown, purpose: string) => `secret of ${purpose}`,
  };
}
