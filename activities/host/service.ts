import { type HostChange, operation } from '../operation.ts';
import type { RestoreService, Service, UnitBefore } from './params.ts';
import { parseUnits, type UnitState, unitQuery } from './parse/systemctl.ts';

export interface ServiceFacts {
  readonly unit: UnitState;
}

/** Starts a service and lets it start at boot. */
export const enableService = operation<Service, ServiceFacts>({
  name: 'enableService',
  title: ({ host, service }) => `Enable and start ${service} on ${host}`,
  settleSeconds: 30,
  look: async (context, { host, service }) => ({ unit: await lookAtUnit(context.host(host), service) }),
  decide({ unit }, { host, service }) {
    const evidence = [describeUnit(service, unit)];
    if (!unit.loaded) {
      return {
        state: 'refused',
        // Named for a plan made before the package that brings the service.
        changes: unit.masked
          ? []
          : unitChanges(service, { active: false, enabled: false }, { active: true, enabled: true }),
        evidence,
        findings: [
          unit.masked
            ? {
                what: `${service} on ${host} is masked, so it cannot be started`,
                fix: `Find out who masked it and why, then: systemctl unmask ${service}`,
              }
            : {
                what: `${host} has no service ${service}`,
                fix: 'Install the package that brings it',
              },
        ],
      };
    }
    if (unit.active && unit.enabled) return { state: 'already', changes: [], evidence };
    const before: UnitBefore = { unit: service, active: unit.active, enabled: unit.enabled };
    return {
      state: 'wouldDo',
      changes: unitChanges(service, unit, { active: true, enabled: true }),
      evidence,
      undo: {
        title: `Put ${service} on ${host} back to ${words(before)}`,
        call: { operation: 'restoreService', params: { host, before } satisfies RestoreService },
        byHand: byHand(before),
      },
    };
  },
});

/** Puts a service back to how it was before a run touched it. */
export const restoreService = operation<RestoreService, ServiceFacts>({
  name: 'restoreService',
  title: ({ host, before }) => `Put ${before.unit} on ${host} back to ${words(before)}`,
  settleSeconds: 30,
  look: async (context, { host, before }) => ({ unit: await lookAtUnit(context.host(host), before.unit) }),
  decide({ unit }, { before }) {
    const changes = unit.loaded ? unitChanges(before.unit, unit, before) : [];
    const evidence = [describeUnit(before.unit, unit)];
    return { state: changes.length === 0 ? 'already' : 'wouldDo', changes, evidence };
  },
});

async function lookAtUnit(
  shell: { read(argv: readonly string[]): Promise<{ stdout: string }> },
  service: string,
): Promise<UnitState> {
  const answer = await shell.read(unitQuery([service]));
  return parseUnits(answer.stdout, [service] as const)[service] as UnitState;
}

/** What brings a loaded unit from one state to another: off before on, and what lasts after what is at once. */
export function unitChanges(
  name: string,
  from: Pick<UnitState, 'active' | 'enabled'>,
  to: Pick<UnitBefore, 'active' | 'enabled'>,
): readonly HostChange[] {
  const changes: HostChange[] = [];
  if (from.active && !to.active) changes.push({ argv: ['systemctl', 'stop', name] });
  if (from.enabled && !to.enabled) changes.push({ argv: ['systemctl', 'disable', name] });
  if (!from.enabled && to.enabled) changes.push({ argv: ['systemctl', 'enable', name] });
  if (!from.active && to.active) changes.push({ argv: ['systemctl', 'start', name] });
  return changes;
}

export function describeUnit(name: string, unit: UnitState): string {
  return `${name} is ${unit.words}${unit.loaded ? `, ${unit.enabled ? 'enabled' : 'not enabled'}` : ''}`;
}

export function words(before: Pick<UnitBefore, 'active' | 'enabled'>): string {
  return `${before.active ? 'running' : 'stopped'} and ${before.enabled ? 'enabled' : 'disabled'}`;
}

export function byHand({ unit, active, enabled }: UnitBefore): string {
  return `systemctl ${active ? 'start' : 'stop'} ${unit}; systemctl ${enabled ? 'enable' : 'disable'} ${unit}`;
}
