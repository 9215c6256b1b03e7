import { lookOnHost } from '../support/host-files.ts';
import type { LabState } from '../support/lab-control.ts';
import type { Lane } from './lane.ts';

const SECRETS = ['secrets/engine-admin-password', 'secrets/engine-root-password'];
/** Where a run might leave a password behind: not where oVirt itself keeps it. */
const PLACES = '/run /tmp /var/tmp /root /var/lib/ovirt-runbooks /var/lib/ovirt-hosted-engine-setup/answers';

/** What must be the same however often a run was interrupted: the datacentre without times, ids and counters. */
export function lasting({ hosts, ...state }: LabState): unknown {
  const { revision: _revision, now: _now, speed: _speed, ...rest } = state as Record<string, unknown>;
  const kept = Object.entries(hosts).map(([name, { bootId: _bootId, ...host }]) => [name, host]);
  return JSON.parse(
    JSON.stringify({ hosts: Object.fromEntries(kept), ...rest }, inOrder)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '#')
      .replace(CONTROLLER_PORT, '$1#'),
  );
}

/** Every lane has a datacentre of its own, whose management controllers listen where a port was free. */
const CONTROLLER_PORT = /("ipport":")\d+/g;

/**
 * The same without what a reboot changes by itself: who runs the engine VM is the HA agents' choice then, volumes are
 * active only where something has used them since, and systemd has forgotten units that are no more.
 */
export function butForReboot(state: unknown): unknown {
  const { hosts, luns, hostedEngine, ...rest } = butForHaVms(state) as LabState & {
    luns: readonly { volumes?: object }[];
  };
  const parts = Object.entries(hosts).map(([name, { haState, domains, services, ...host }]) => {
    const at = Object.entries(services as object).filter(([, word]) => word !== 'inactive');
    return { host: [name, { ...host, services: Object.fromEntries(at) }] as const, part: { haState, domains } };
  });
  const { host: _host, ...vm } = hostedEngine.vm ?? {};
  return {
    ...rest,
    hosts: Object.fromEntries(parts.map(({ host }) => host)),
    parts: parts.map(({ part }) => JSON.stringify(part)).sort(),
    luns: luns.map(({ volumes = {}, ...lun }) => ({ ...lun, volumes: Object.keys(volumes) })),
    hostedEngine: { ...hostedEngine, vm },
  };
}

interface VmHosts {
  readonly hosts: Readonly<Record<string, { readonly domains: readonly { readonly name: string }[] }>>;
  readonly engine: {
    readonly vms?: Readonly<Record<string, { readonly host?: string; readonly highlyAvailable: boolean }>>;
  };
}

/**
 * The same without where highly available VMs run: while their host is down the engine starts them on another one, and
 * nothing brings them back. (article, section 14) Each must run as often as before, and where the engine says that it
 * does; any other VM counts where it is.
 */
export function butForHaVms(state: unknown): unknown {
  const { hosts, engine, ...rest } = state as VmHosts;
  const { vms = {} } = engine;
  const movable = (name: string) => vms[name]?.highlyAvailable === true;
  const runs = (name: string, at = '') => hosts[at.replace(/\..*/, '')]?.domains.some((domain) => domain.name === name);
  return {
    ...rest,
    hosts: mapped(hosts, (host) => ({ ...host, domains: host.domains.filter(({ name }) => !movable(name)) })),
    movable: Object.values(hosts)
      .flatMap(({ domains }) => domains.filter(({ name }) => movable(name)).map((domain) => JSON.stringify(domain)))
      .sort(),
    engine: {
      ...engine,
      vms: mapped(vms, (vm, name) => (movable(name) && runs(name, vm.host) ? { ...vm, host: 'where it runs' } : vm)),
    },
  };
}

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value, name: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** firewalld has it at run time only: the deployment opens it for the bootstrap engine, the next boot forgets it. */
const BOOTSTRAP_PORT = '6900/tcp';

/** Names of services and packages have no order. */
function inOrder(_key: string, value: unknown): unknown {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return value;
  return value.filter((item) => item !== BOOTSTRAP_PORT).sort();
}

/** For so long nothing comes nearer to what is wished or goes farther away: a lab on a busy machine may be slow. */
const CALM_MS = 15_000;
/** Longer than any agent or engine takes to come back after a reboot, whatever else the machine does. */
const PATIENCE_MS = 60_000;

interface Calm {
  /** What of a state counts. */
  readonly seen?: ((state: unknown) => unknown) | undefined;
  /** Differences that may stay. */
  readonly may?: (differences: readonly string[]) => boolean;
}

/** How the datacentre differs from what is wished, once it has calmed down: agents and engine look every few seconds. */
export async function whenCalm(lane: Lane, wished: unknown, { seen = same, may = none }: Calm = {}): Promise<string[]> {
  const until = performance.now() + PATIENCE_MS;
  let last = '';
  let since = performance.now();
  for (;;) {
    const found = differences(seen(wished), seen(lasting(await lane.stack.control.state())));
    const now = performance.now();
    if (found.join('\n') !== last) [last, since] = [found.join('\n'), now];
    if (may(found) || now > since + CALM_MS || now > until) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function same(state: unknown): unknown {
  return state;
}

function none(found: readonly string[]): boolean {
  return found.length === 0;
}

/** Files with a password that a run left on the host. */
export async function forgottenSecrets(lane: Lane, host: string): Promise<string[]> {
  const { lab } = lane.stack;
  const words = SECRETS.map((file) => `-e '${lab.file(file).trim().replaceAll("'", "'\\''")}'`);
  const { stdout } = await lookOnHost(lab.inventory, host, `grep -rlF ${words.join(' ')} ${PLACES} 2>/dev/null; true`);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Paths at which two JSON values differ, with both values. */
export function differences(expected: unknown, found: unknown, path = ''): string[] {
  if (JSON.stringify(expected) === JSON.stringify(found)) return [];
  if (!isObject(expected) || !isObject(found)) {
    return [`${path}: ${short(found)} instead of ${short(expected)}`];
  }
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  return keys.flatMap((key) => differences(expected[key], found[key], path === '' ? key : `${path}.${key}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
