import { dateOf, daysUntil, readCertificate } from '../../../connectors/certificate.ts';
import { parseKeyValues } from '../../host/parse/key-values.ts';
import { parseUnits, type UnitState, unitQuery } from '../../host/parse/systemctl.ts';
import { parseRunningVms } from '../../host/parse/virsh.ts';
import { parseVmStatusJson, type VmStatus } from '../../host/parse/vm-status.ts';
import { answeredOrNot, type ReadResult, readAll } from '../../host/read-all.ts';
import type { OperationContext } from '../../operation.ts';
import { VDSM_CA } from '../../runtime/host-ca.ts';
import { HA_CONF, HOSTED_ENGINE_CONF, VDSM_CERTIFICATE } from '../paths.ts';
import { unreachable } from '../preflight/other-hosts.ts';
import { type AgentLog, agentLogReads, parseAgentLog } from './agent-log.ts';

const RUN = '/var/run/ovirt-hosted-engine-ha';
export const BROKER_SOCKET = `${RUN}/broker.socket`;
const VM_CONF = `${RUN}/vm.conf`;
/** The engine VM, as libvirt knows it. */
export const ENGINE_VM = 'HostedEngine';
export const AGENT = 'ovirt-ha-agent';
export const BROKER = 'ovirt-ha-broker';

/** A host of the inventory that can run the engine VM. */
export interface HaHost {
  readonly name: string;
  readonly fqdn: string;
  /** Absent: it could not be asked, `unreachable` says why. */
  readonly sight?: HaSight;
  readonly unreachable?: string;
}

/** A certificate that the engine gave the host, by what it is for. */
export interface HostCertificate {
  readonly what: string;
  /** `2030-01-31`, in UTC. */
  readonly notAfter: string;
  readonly daysLeft: number;
}

/** What one host knows of the hosted engine, and what stands on it. */
export interface HaSight {
  /** hosted-engine.conf. */
  readonly conf: Readonly<Record<string, string>>;
  /** Flag of local maintenance, which outlives a reboot. */
  readonly localMaintenance: boolean;
  readonly units: Readonly<Record<string, UnitState>>;
  readonly socket: boolean;
  readonly vmConf: boolean;
  /** The metadata as this host's broker reads it and its agent judges it; absent: the tool has no answer. */
  readonly status?: VmStatus;
  readonly liveliness: string;
  /** Whether libvirt on this host runs the engine VM; `unknown`: libvirt did not answer. */
  readonly domain: 'running' | 'absent' | 'unknown';
  /** Other VMs that run on it, by their names in libvirt. */
  readonly guests: readonly string[];
  readonly log: AgentLog;
  /** When the host's certificate and its copy of the CA end; absent: it has none that can be read. */
  readonly certificates?: readonly HostCertificate[];
}

/** Asks every host that can run the engine VM, all at once; one that cannot be reached is told, not waited for. */
export async function readHaHosts(context: OperationContext): Promise<readonly HaHost[]> {
  const hosts = context.inventory.hosts.filter(({ role }) => role === 'hostedEngine');
  return Promise.all(
    hosts.map(async ({ name, fqdn }) => {
      try {
        return { name, fqdn, sight: await readHaHost(context, name) };
      } catch (error) {
        return { name, fqdn, unreachable: unreachable(error).unreachable.message };
      }
    }),
  );
}

export async function readHaHost(context: OperationContext, name: string): Promise<HaSight> {
  const { services } = context.profile.hostedEngine;
  const answers = await readAll(context.host(name), {
    conf: ['cat', HOSTED_ENGINE_CONF],
    flags: ['cat', HA_CONF],
    units: unitQuery(services),
    socket: `[ -S ${BROKER_SOCKET} ]`,
    vmConf: `[ -s ${VM_CONF} ]`,
    status: answeredOrNot(['hosted-engine', '--vm-status', '--json']),
    liveliness: answeredOrNot(['hosted-engine', '--check-liveliness'], 30),
    domains: answeredOrNot(['virsh', '-r', 'list'], 30),
    vdsmCertificate: ['cat', VDSM_CERTIFICATE],
    ca: ['cat', VDSM_CA],
    ...agentLogReads(),
  });
  const status = parseVmStatusJson(answers.status.text);
  const conf = parseKeyValues(answers.conf.code === 0 ? answers.conf.text : '');
  const flags = parseKeyValues(answers.flags.code === 0 ? answers.flags.text : '');
  return {
    conf: Object.fromEntries(conf),
    localMaintenance: flags.get('local_maintenance') === 'True',
    units: parseUnits(answers.units.text, services),
    socket: answers.socket.code === 0,
    vmConf: answers.vmConf.code === 0,
    // Without any host in it the tool has nothing to say, although it ends with 0.
    ...(status !== undefined && status.hosts.length > 0 && { status }),
    liveliness: answers.liveliness.text.trim(),
    ...domains(answers.domains),
    log: parseAgentLog(answers.transitions.text, answers.newest.text),
    certificates: [
      ...certificate('the certificate of vdsm', answers.vdsmCertificate),
      ...certificate('the copy of the CA', answers.ca),
    ],
  };
}

/** Paused counts: such a VM holds the lease too. */
function domains({ code, text }: ReadResult): Pick<HaSight, 'domain' | 'guests'> {
  if (code !== 0) return { domain: 'unknown', guests: [] };
  const names = parseRunningVms(text);
  return {
    domain: names.includes(ENGINE_VM) ? 'running' : 'absent',
    guests: names.filter((name) => name !== ENGINE_VM),
  };
}

function certificate(what: string, { code, text }: ReadResult): readonly HostCertificate[] {
  const read = code === 0 ? readCertificate(text) : undefined;
  if (read === undefined) return [];
  return [{ what, notAfter: dateOf(read.notAfter), daysLeft: daysUntil(read.notAfter) }];
}

/** What the tools go by: a `vmid` in hosted-engine.conf, nothing else. */
export function isDeployed(sight: HaSight): boolean {
  return (sight.conf.vmid ?? '') !== '';
}
