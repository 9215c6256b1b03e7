import { type Change, operation } from '../operation.ts';
import type { RestartService } from './params.ts';
import { packageQuery, parsePackages } from './parse/rpm.ts';
import { parseUnits, type UnitState, unitQuery } from './parse/systemctl.ts';
import { readAll } from './read-all.ts';

interface RestartFacts {
  readonly unit: UnitState;
  /** By the host's clock, in seconds since the epoch. */
  readonly startedAt: number;
  readonly newest?: { readonly name: string; readonly installedAt: number };
}

/** Both times are cut to whole seconds. */
const CLOCK_GRAIN_SECONDS = 1;

/**
 * Restarts a service that still runs the program of before an update. What proves the need, and afterwards that it is
 * met, is that the service started before one of its packages was installed; so a second restart never happens.
 */
export const restartService = operation<RestartService, RestartFacts>({
  name: 'restartService',
  title: ({ host, service }) => `Restart ${service} on ${host} if it is older than its packages`,
  settleSeconds: 60,
  async look(context, { host, service, packages }) {
    const wanted = packages ?? (service === context.profile.libvirt.service ? context.profile.libvirt.packages : []);
    const answers = await readAll(context.host(host), {
      unit: unitQuery([service]),
      packages: packageQuery(wanted),
      // systemd counts from the boot; its dates carry names of time zones that nobody else can read.
      clock: 'date +%s && cat /proc/uptime',
    });
    const [now = '0', uptime = '0'] = answers.clock.text.trim().split(/\s+/);
    const unit = parseUnits(answers.unit.text, [service] as const)[service] as UnitState;
    const [newest] = [...parsePackages(answers.packages.text)].sort((a, b) => b.installedAt - a.installedAt);
    return {
      unit,
      startedAt: Number(now) - Number(uptime) + unit.startedSeconds,
      ...(newest !== undefined && {
        newest: { name: `${newest.name}-${newest.version}`, installedAt: newest.installedAt },
      }),
    };
  },
  decide({ unit, startedAt, newest }, { host, service }) {
    const evidence = [`${service} is ${unit.words}`];
    const restart: Change = { argv: ['systemctl', 'restart', service] };
    if (!unit.loaded) {
      return {
        state: 'refused',
        // Named for a plan made before the package that brings the service.
        changes: [restart],
        evidence,
        findings: [{ what: `${host} has no service ${service} to restart`, fix: 'Install the package that brings it' }],
      };
    }
    if (!unit.active) return { state: 'wouldDo', changes: [restart], evidence };
    if (newest === undefined || newest.installedAt <= startedAt + CLOCK_GRAIN_SECONDS) {
      return { state: 'already', changes: [], evidence: [...evidence, `${service} is as new as its packages`] };
    }
    return {
      state: 'wouldDo',
      changes: [restart],
      evidence: [...evidence, `${newest.name} was installed after ${service} had started`],
    };
  },
});
