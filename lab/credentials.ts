/** Keys and passwords of the lab, made once and kept in its directory. */
import { randomBytes } from 'node:crypto';
import ssh2 from 'ssh2';
import type { LabCore } from './lab-core.ts';

interface KeyPair {
  readonly private: string;
  readonly public: string;
}

export interface Credentials {
  readonly client: KeyPair;
  hostKey(name: string): KeyPair;
  /** Makes the keys of the host and of its management controller when it has none yet. */
  ensure(name: string): Promise<void>;
}

/** The name under which a host's management controller keeps its key. */
export const bmcKey = (host: string): string => `bmc-${host}`;

/** A new key; ssh2 makes a few in a thousand that it cannot read itself. */
function readableKey(): string {
  for (;;) {
    const text = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (!(ssh2.utils.parseKey(text) instanceof Error)) return text;
  }
}

/** Quotes, `$` and a blank, so that a missing quotation shows at once. */
function password(): string {
  return `p"a'$\{x} ${randomBytes(6).toString('hex')}$(id)`;
}

export async function prepare(lab: LabCore, hosts: number): Promise<Credentials> {
  const { store } = lab;
  const pairs = new Map<string, KeyPair>();
  const load = async (name: string, path: string): Promise<KeyPair> => {
    const text = await store.keep(path, readableKey);
    const parsed = ssh2.utils.parseKey(text);
    if (parsed instanceof Error) throw parsed;
    const pair = { private: text, public: `${parsed.type} ${parsed.getPublicSSH().toString('base64')}` };
    pairs.set(name, pair);
    return pair;
  };
  const client = await load('client', 'secrets/id_ed25519');
  const ensure = async (name: string): Promise<void> => {
    for (const one of [name, bmcKey(name)]) await load(one, `host-keys/${one}`);
  };
  for (let index = 1; index <= hosts; index += 1) await ensure(`host${index}`);
  await load('engine', 'host-keys/engine');
  lab.secrets = {
    enginePassword: await store.keep('secrets/engine-admin-password', password),
    engineRootPassword: await store.keep('secrets/engine-root-password', password),
    hostRootPassword: await store.keep('secrets/host-root-password', password),
    bmcPassword: await store.keep('secrets/bmc-password', password),
    iscsiPassword: await store.keep('secrets/iscsi-password', password),
  };
  return {
    client,
    ensure,
    hostKey: (name) => {
      const pair = pairs.get(name);
      if (!pair) throw new Error(`No host key was made for ${name}`);
      return pair;
    },
  };
}
