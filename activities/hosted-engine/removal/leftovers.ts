import type { HostParams } from '../../host/params.ts';
import { readAll } from '../../host/read-all.ts';
import { type HostChange, type OperationContext, operation } from '../../operation.ts';

const KEYS = '/root/.ssh/authorized_keys';
const HA_STATE = '/var/lib/ovirt-hosted-engine-ha';
const ANSWERS = '/var/lib/ovirt-hosted-engine-setup/answers';

/** What the cleanup tool leaves on a host and people may want to keep. */
const LEFTOVERS = {
  engineKey: {
    look: `grep -q ovirt-engine ${KEYS}`,
    remove: { argv: ['sed', '-i', '/ovirt-engine/d', KEYS] },
  },
  haState: {
    look: `[ -n "$(ls -A ${HA_STATE} 2>/dev/null)" ]`,
    remove: { argv: ['find', HA_STATE, '-mindepth', '1', '-delete'] },
  },
  answers: {
    look: `[ -n "$(ls -A ${ANSWERS} 2>/dev/null)" ]`,
    remove: { argv: ['find', ANSWERS, '-mindepth', '1', '-delete'] },
  },
  virshAuth: {
    look: '[ -e /etc/ovirt-hosted-engine/virsh_auth.conf ]',
    remove: { argv: ['rm', '-f', '/etc/ovirt-hosted-engine/virsh_auth.conf'] },
  },
  vdsmId: {
    look: '[ -e /etc/vdsm/vdsm.id ]',
    remove: { argv: ['rm', '-f', '/etc/vdsm/vdsm.id'] },
  },
} as const satisfies Record<string, { readonly look: string; readonly remove: HostChange }>;

export type Leftover = keyof typeof LEFTOVERS;
const KINDS = Object.keys(LEFTOVERS) as Leftover[];

export interface ListLeftoversOutput {
  readonly found: readonly Leftover[];
}

async function find(context: OperationContext, host: string): Promise<readonly Leftover[]> {
  const reads = Object.fromEntries(KINDS.map((kind) => [kind, `${LEFTOVERS[kind].look} && echo there`]));
  const answers = await readAll(context.host(host), reads as Record<Leftover, string>);
  return KINDS.filter((kind) => answers[kind].text.trim() === 'there');
}

/** Finds what the cleanup tool has left on a host; changes nothing. (ovirt-hosted-engine-cleanup) */
export const listLeftovers = operation<HostParams, readonly Leftover[], ListLeftoversOutput>({
  name: 'listLeftovers',
  title: ({ host }) => `List what the cleanup has left on ${host}`,
  look: (context, { host }) => find(context, host),
  decide: (found) => ({
    state: 'already',
    changes: [],
    evidence: [found.length === 0 ? 'nothing is left of it' : `${found.length} things are left`, ...found],
    output: { found },
  }),
});

export interface RemoveLeftover extends HostParams {
  readonly kind: Leftover;
}

/** Removes one thing that the cleanup tool leaves; nothing takes this back. */
export const removeLeftover = operation<RemoveLeftover, readonly Leftover[]>({
  name: 'removeLeftover',
  title: ({ host, kind }) => `Remove ${kind} from ${host}`,
  look: (context, { host }) => find(context, host),
  decide(found, { kind }) {
    const changes = [LEFTOVERS[kind].remove];
    if (!found.includes(kind)) return { state: 'already', changes, evidence: ['it is not there'] };
    return { state: 'wouldDo', changes, evidence: ['it is there'] };
  },
});
