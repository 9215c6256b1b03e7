import { operation } from '../operation.ts';
import type { HostParams, NoteBootOutput, RebootHost } from './params.ts';
import { parseRunningVms } from './parse/virsh.ts';
import { answeredOrNot, limited, readAll } from './read-all.ts';

const BOOT_ID = ['cat', '/proc/sys/kernel/random/boot_id'] as const;
/** A moment later, so that the unit that asks for it has recorded its end. */
const REBOOT = { argv: ['systemd-run', '--on-active=2', 'systemctl', 'reboot'] };

/** Notes which boot runs now, so that its end can be proven. */
export const noteBoot = operation<HostParams, string, NoteBootOutput>({
  name: 'noteBoot',
  title: ({ host }) => `Note the boot of ${host}`,
  async look(context, { host }) {
    const { boot } = await readAll(context.host(host), { boot: limited(BOOT_ID) });
    return boot.text.trim();
  },
  decide: (bootId, { host }) => ({
    state: 'already',
    changes: [],
    evidence: [`${host} runs boot ${bootId}`],
    output: { bootId },
  }),
});

interface BootFacts {
  readonly bootId: string;
  /** `running`, `degraded`, `starting`. */
  readonly system: string;
  /** Undefined: libvirt does not answer, so it runs none that could be told. */
  readonly guests?: readonly string[];
}

/**
 * Reboots a host once; returns when it is up with another boot id, which alone proves it: `systemctl reboot` may answer
 * anything, or nothing. A boot that has changed already is never ended again.
 */
export const rebootHost = operation<RebootHost, BootFacts>({
  name: 'rebootHost',
  title: ({ host }) => `Reboot ${host}`,
  followed: true,
  limitSeconds: 1800,
  settleSeconds: 1200,
  async look(context, { host }) {
    const answers = await readAll(context.host(host), {
      boot: limited(BOOT_ID),
      system: answeredOrNot(['systemctl', 'is-system-running'], 30),
      domains: answeredOrNot(['virsh', '-r', 'list'], 30),
    });
    return {
      bootId: answers.boot.text.trim(),
      system: answers.system.text.trim(),
      ...(answers.domains.code === 0 && { guests: parseRunningVms(answers.domains.text) }),
    };
  },
  decide({ bootId, system, guests = [] }, { host, bootId: before, guests: given = [] }) {
    if (before === '') {
      return {
        state: 'refused',
        changes: [REBOOT],
        evidence: [`${host} runs boot ${bootId}`],
        findings: [{ what: `which boot of ${host} is to end is not known`, fix: 'Begin the run anew' }],
      };
    }
    if (bootId !== before) {
      const evidence = [`${host} runs boot ${bootId}, no longer ${before}`, `systemd says: ${system}`];
      // `degraded` is up too: some unit has failed, which is judged elsewhere.
      if (/^(running|degraded)$/.test(system)) return { state: 'already', changes: [REBOOT], evidence };
      return {
        state: 'refused',
        changes: [],
        evidence,
        findings: [
          {
            what: `${host} is booting: systemd says ${system || 'nothing'}`,
            fix: 'systemctl list-jobs on that host shows what it waits for',
          },
        ],
      };
    }
    const evidence = [
      `${host} runs boot ${bootId}`,
      guests.length === 0 ? 'no VM runs on it' : `VMs on it: ${guests.join(', ')}`,
    ];
    const others = guests.filter((name) => !given.includes(name));
    if (others.length === 0) return { state: 'wouldDo', changes: [REBOOT], evidence };
    return {
      state: 'refused',
      changes: [REBOOT],
      evidence,
      findings: [
        {
          what: `${others.join(', ')} runs on ${host} and would go down with it`,
          fix: 'Move it to another host or shut it down, then retry',
        },
      ],
    };
  },
});
