import type { HostParams } from '../host/params.ts';
import { type HostChange, operation } from '../operation.ts';

const DIRECTORY = '/root/.ssh';
const FILE = `${DIRECTORY}/authorized_keys`;

interface Keys {
  /** The engine's, as a line begins with it. */
  readonly key: string;
  /** Undefined: there is no such file. */
  readonly text?: string;
}

const trusts = ({ key, text = '' }: Keys): boolean => text.split('\n').some((line) => line.trim().startsWith(key));

/**
 * Lets the engine log in to a host as root with its own key, so that no password of root is needed. Leaves the key in
 * root's authorized_keys, where the engine's installation of a host puts it too.
 */
export const trustEngineKey = operation<HostParams, Keys>({
  name: 'trustEngineKey',
  title: ({ host }) => `Let the engine log in to ${host} with its key`,
  async look(context, { host }) {
    const [key, { code, stdout }] = await Promise.all([
      context.engine().sshKey(),
      context.host(host).read(['cat', FILE]),
    ]);
    return { key, ...(code === 0 && { text: stdout }) };
  },
  decide(keys, { host }) {
    const { key, text } = keys;
    if (trusts(keys)) return { state: 'already', changes: [], evidence: [`root of ${host} lets the engine's key in`] };
    const open = text !== undefined && text !== '' && !text.endsWith('\n');
    const changes: HostChange[] = [];
    if (text === undefined) {
      changes.push({ argv: ['install', '-d', '-m', '0700', DIRECTORY] });
      changes.push({ argv: ['install', '-m', '0600', '/dev/null', FILE] });
    }
    changes.push({ argv: ['tee', '-a', FILE], stdin: `${open ? '\n' : ''}${key} ovirt-engine\n` });
    return {
      state: 'wouldDo',
      changes,
      evidence: [`root of ${host} does not know the engine's key`],
      undo: {
        title: `Take the engine's key from ${host} again`,
        call: { operation: 'distrustEngineKey', params: { host, key } },
        byHand: `remove the line of the key "ovirt-engine" from ${FILE} on ${host}`,
      },
    };
  },
});

/** Takes a key from root's authorized_keys; every other line stays. */
export const distrustEngineKey = operation<HostParams & { readonly key: string }, Keys>({
  name: 'distrustEngineKey',
  title: ({ host }) => `Take the engine's key from ${host}`,
  async look(context, { host, key }) {
    const { code, stdout } = await context.host(host).read(['cat', FILE]);
    return { key, ...(code === 0 && { text: stdout }) };
  },
  decide(keys, { host, key }) {
    if (!trusts(keys)) return { state: 'already', changes: [], evidence: [`root of ${host} does not know the key`] };
    // Replaces the file in one move: a half-written one would lock root out. Only `/` of a key is special to sed.
    return {
      state: 'wouldDo',
      changes: [{ argv: ['sed', '-i', `/^ *${key.replaceAll('/', '\\/')}/d`, FILE] }],
      evidence: [`root of ${host} lets the key in`],
    };
  },
});
