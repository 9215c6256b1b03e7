import type { Profile } from '../../profiles/profile.ts';
import { type Decision, type HostChange, type OperationContext, operation } from '../operation.ts';
import type { HostParams, RestoreFirewall, UnitBefore } from './params.ts';
import { firewallRuns, parseActiveZones } from './parse/firewall.ts';
import { packageQuery, parsePackages } from './parse/rpm.ts';
import { parseUnits, type UnitState, unitQuery } from './parse/systemctl.ts';
import { limited, readAll } from './read-all.ts';
import { byHand, describeUnit, unitChanges } from './service.ts';

export interface FirewallFacts {
  readonly installed: boolean;
  readonly answers: boolean;
  readonly units: Readonly<Record<string, UnitState>>;
  readonly defaultZone: string;
  readonly zones: ReadonlyMap<string, readonly string[]>;
  /** Where sshd listens, if not at the port that every zone of firewalld leaves open. */
  readonly sshPorts: readonly number[];
}

const SSH_PORT = 22;

/** Lets firewalld be the only firewall of the host, as the deployment demands; SSH stays open throughout. */
export const ensureFirewalld = operation<HostParams, FirewallFacts>({
  name: 'ensureFirewalld',
  title: ({ host }) => `Let firewalld be the firewall of ${host}`,
  followed: true,
  limitSeconds: 900,
  settleSeconds: 30,
  look: lookAtFirewalls,
  decide(facts, { host }, { profile }) {
    const { service, others } = profile.firewall;
    const firewalld = facts.units[service] as UnitState;
    const rivals = rivalsOf(facts, others);
    const evidence = describeFirewalls(facts, profile);
    if (facts.answers && firewalld.active && firewalld.enabled && rivals.length === 0) {
      return { state: 'already', changes: [], evidence };
    }
    const changes: HostChange[] = [];
    if (!facts.installed) changes.push({ argv: ['yum', '-y', 'install', ...names(profile)] });
    if (firewalld.masked) changes.push({ argv: ['systemctl', 'unmask', service] });
    for (const rival of rivals) {
      changes.push(...unitChanges(rival, facts.units[rival] as UnitState, { active: false, enabled: false }));
    }
    if (!firewalld.active) {
      // Before it starts: otherwise starting it would shut out this very connection.
      for (const port of facts.sshPorts) changes.push({ argv: ['firewall-offline-cmd', `--add-port=${port}/tcp`] });
    }
    changes.push(...unitChanges(service, firewalld, { active: true, enabled: true }));
    if (firewalld.active && !facts.answers) changes.push({ argv: ['systemctl', 'restart', service] });
    const before = beforeStates(facts, [service, ...rivals]);
    return {
      state: 'wouldDo',
      changes,
      evidence,
      undo: {
        title: `Put the firewall of ${host} back`,
        call: { operation: 'restoreFirewall', params: { host, before } satisfies RestoreFirewall },
        byHand: before.map(byHand).join('; '),
      },
      ...leavings(facts, host, profile),
    };
  },
});

/** Puts the firewalls of a host back to what they were before firewalld took over. */
export const restoreFirewall = operation<RestoreFirewall, FirewallFacts>({
  name: 'restoreFirewall',
  title: ({ host }) => `Put the firewall of ${host} back`,
  settleSeconds: 30,
  look: lookAtFirewalls,
  decide(facts, { before }, { profile }) {
    const changes = before.flatMap((unit) => {
      const now = facts.units[unit.unit];
      return now?.loaded ? unitChanges(unit.unit, now, unit) : [];
    });
    const evidence = describeFirewalls(facts, profile);
    return { state: changes.length === 0 ? 'already' : 'wouldDo', changes, evidence };
  },
});

export async function lookAtFirewalls(context: OperationContext, { host }: HostParams): Promise<FirewallFacts> {
  const { service, others } = context.profile.firewall;
  const units = [service, ...others];
  const answers = await readAll(context.host(host), {
    installed: packageQuery(names(context.profile)),
    units: unitQuery(units),
    state: limited(['firewall-cmd', '--state']),
    defaultZone: limited(['firewall-cmd', '--get-default-zone']),
    zones: limited(['firewall-cmd', '--get-active-zones']),
    sshd: ['grep', '-i', '^ *port ', '/etc/ssh/sshd_config'],
  });
  const answering = firewallRuns(answers.state.text);
  return {
    installed: parsePackages(answers.installed.text).length > 0,
    answers: answering,
    units: parseUnits(answers.units.text, units),
    defaultZone: answering ? answers.defaultZone.text.trim() : '',
    zones: answering ? parseActiveZones(answers.zones.text) : new Map(),
    sshPorts: [...answers.sshd.text.matchAll(/^ *port\s+(\d+)/gim)]
      .map((match) => Number(match[1]))
      .filter((port) => port !== SSH_PORT),
  };
}

/** Other firewalls that run, or would at the next boot. */
export function rivalsOf({ units }: FirewallFacts, others: readonly string[]): readonly string[] {
  return others.filter((other) => units[other]?.active || units[other]?.enabled);
}

function describeFirewalls(facts: FirewallFacts, profile: Profile): readonly string[] {
  const { service, others } = profile.firewall;
  const known = [service, ...others].filter((unit) => unit === service || facts.units[unit]?.loaded);
  const zones = [...facts.zones].map(([zone, interfaces]) => `${zone} (${interfaces.join(' ') || 'no interface'})`);
  return [
    ...known.map((unit) => describeUnit(unit, facts.units[unit] as UnitState)),
    ...(facts.answers ? [`default zone ${facts.defaultZone}; active zones: ${zones.join(', ') || 'none'}`] : []),
  ];
}

function leavings(facts: FirewallFacts, host: string, profile: Profile): Pick<Decision, 'leaves'> {
  const ports = facts.units[profile.firewall.service]?.active ? [] : facts.sshPorts.map((port) => `${port}/tcp`);
  const what = [
    ...(facts.installed ? [] : [`package ${names(profile).join(', ')}`]),
    ...ports.map((port) => `port ${port} open in firewalld's default zone`),
  ];
  if (what.length === 0) return {};
  const byHand = [
    ...ports.map((port) => `firewall-offline-cmd --remove-port=${port}`),
    ...(facts.installed ? [] : [`yum remove ${names(profile).join(' ')}`]),
  ];
  return { leaves: { what: `${what.join(', ')} on ${host}`, byHand: byHand.join('; ') } };
}

/** firewalld first: it has to go before another firewall may come back. */
function beforeStates(facts: FirewallFacts, units: readonly string[]): readonly UnitBefore[] {
  return units.map((unit) => ({
    unit,
    active: facts.units[unit]?.active ?? false,
    enabled: facts.units[unit]?.enabled ?? false,
  }));
}

function names(profile: Profile): readonly string[] {
  return profile.packages.firewall.map(({ name }) => name);
}
