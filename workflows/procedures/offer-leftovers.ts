import type { Leftover } from '../../activities/hosted-engine/removal/leftovers.ts';
import { operations, type Result, type Run } from '../runtime/index.ts';

/** What people decide about, one by one, and how it is removed by hand. */
const WORDS: Readonly<Record<Leftover, { readonly what: string; readonly why: string; readonly byHand: string }>> = {
  engineKey: {
    what: "the engine's SSH key",
    why: 'with it the engine can go on logging in as root',
    byHand: 'remove the line with ovirt-engine from /root/.ssh/authorized_keys',
  },
  haState: {
    what: 'the state of the HA services',
    why: 'a later deployment would find its maintenance flags and broker.conf',
    byHand: 'find /var/lib/ovirt-hosted-engine-ha -mindepth 1 -delete',
  },
  answers: {
    what: 'the answer files of deployments',
    why: 'they tell how the engine was set up, and serve for a new deployment',
    byHand: 'find /var/lib/ovirt-hosted-engine-setup/answers -mindepth 1 -delete',
  },
  virshAuth: {
    what: "vdsm's credentials for libvirt",
    why: 'they are for a vdsm that is not configured any more',
    byHand: 'rm /etc/ovirt-hosted-engine/virsh_auth.conf',
  },
  vdsmId: {
    what: "the host's identity for vdsm",
    why: 'without it the engine will take the host for a new one; with it, for the old one',
    byHand: 'rm /etc/vdsm/vdsm.id',
  },
};

/**
 * Offers what a cleanup leaves, thing by thing: removed where somebody says so, else kept and named in the report. A
 * standing approval keeps everything.
 */
export async function offerLeftovers(run: Run, host: string, cleaned: Result<unknown>): Promise<void> {
  const left = await run.check('List what the cleanup has left', operations.listLeftovers({ host }), {
    needs: [cleaned],
  });
  for (const kind of Object.keys(WORDS) as Leftover[]) {
    const { what, why, byHand } = WORDS[kind];
    await run.when(
      left,
      ({ found }) => found.includes(kind),
      'it is not there',
      () =>
        removeIfWanted(run, `Remove ${what}`, operations.removeLeftover({ host, kind }), {
          show: { Host: host, Left: what, Means: why },
          leaves: { what: `${what} on ${host}`, byHand: `on ${host}: ${byHand}` },
        }),
    );
  }
}

/** Offers one removal, and remembers what stays when it is not wanted. */
export async function removeIfWanted(
  run: Run,
  title: string,
  call: Parameters<Run['step']>[1],
  about: { readonly show: Record<string, string>; readonly leaves: { readonly what: string; readonly byHand: string } },
): Promise<void> {
  const wanted = await run.offer(`${title}?`, {
    ...about,
    otherwise: 'it stays, and the report names it',
    unattended: 'no',
  });
  await run.when(
    wanted,
    (yes) => yes,
    'it is kept',
    async () => void (await run.step(title, call, { needs: [wanted] })),
  );
}
