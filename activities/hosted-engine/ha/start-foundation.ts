import type { HostParams } from '../../host/params.ts';
import { parseUnits, type UnitState, unitQuery } from '../../host/parse/systemctl.ts';
import { operation } from '../../operation.ts';

/** In the order in which they are started: vdsm needs the leases. */
const FOUNDATION = ['sanlock', 'vdsmd'] as const;

/**
 * Starts what the HA agent expects and does not start itself. Never restarts it: a VM that loses its lease is killed.
 * Nothing takes this back, for the same reason.
 */
export const startHaFoundation = operation<HostParams, Readonly<Record<(typeof FOUNDATION)[number], UnitState>>>({
  name: 'startHaFoundation',
  title: ({ host }) => `Start sanlock and vdsmd on ${host}`,
  followed: true,
  limitSeconds: 600,
  settleSeconds: 120,
  async look(context, { host }) {
    const { stdout } = await context.host(host).read(unitQuery(FOUNDATION));
    return parseUnits(stdout, FOUNDATION);
  },
  decide(units, { host }) {
    const down = FOUNDATION.filter((unit) => !units[unit].active);
    const evidence = FOUNDATION.map((unit) => `${unit} is ${units[unit].words}`);
    const start = (unit: string) => ({ argv: ['systemctl', 'start', unit] });
    if (down.length === 0) return { state: 'already', changes: FOUNDATION.map(start), evidence };
    const leaves = {
      what: `${down.join(' and ')} of ${host}, started`,
      byHand: 'nothing: a VM that loses its lease is killed, so it is better not to stop them again',
    };
    return { state: 'wouldDo', changes: down.map(start), evidence, leaves };
  },
});
