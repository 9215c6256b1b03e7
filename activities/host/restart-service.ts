import { commandLine } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { type HostChange, operation } from '../operation.ts';
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

/** By the host's own date, which knows the abbreviation of its time zone; by wall clock, as rpm notes installations. */
function startedQuery(service: string): string {
  const show = commandLine(['systemctl', 'show', `${service}.service`, '-p', 'ExecMainStartTimestamp']);
  return `t=$(${show}); t=\${t#*=}; if [ -n "$t" ]; then date -d "$t" +%s; else echo 0; fi`;
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
      started: startedQuery(service),
    });
    if (!/^\d+\s*$/.test(answers.started.text)) {
      throw new OperatorError(
        'UnexpectedOutput',
        `When ${service} on ${host} started cannot be told: ${answers.started.text.trim()}`,
      );
    }
    const unit = parseUnits(answers.unit.text, [service] as const)[service] as UnitState;
    const [newest] = [...parsePackages(answers.packages.text)].sort((a, b) => b.installedAt - a.installedAt);
    return {
      unit,
      startedAt: Number(answers.started.text.trim()),
      ...(newest !== undefined && {
        newest: { name: `${newest.name}-${newest.version}`, installedAt: newest.installedAt },
      }),
    };
  },
  decide({ unit, startedAt, newest }, { host, service }) {
    const evidence = [`${service} is ${unit.words}`];
    const restart: HostChange = { argv: ['systemctl', 'restart', service] };
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
