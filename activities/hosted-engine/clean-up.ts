import { commandLine, quote } from '../../connectors/quote.ts';
import { parsePorts } from '../host/parse/firewall.ts';
import { parseAddressList } from '../host/parse/ip.ts';
import { parseUnits, type UnitState, unitQuery } from '../host/parse/systemctl.ts';
import { limited, type Read, type ReadResult, readAll } from '../host/read-all.ts';
import { type HostChange, operation } from '../operation.ts';
import { ANY_CODE, deployedServices, PERMANENT_PORTS } from './deploy.ts';
import { type EngineState, engineReads, leftovers, parseEngineState } from './engine-state.ts';
import { type LunState, lunContent, lunReads, parseLun, wipeByHand } from './lun.ts';
import type { CleanUpParams } from './params.ts';
import {
  ANSWERS_DIRECTORY,
  answersPath,
  BOOTSTRAP_BRIDGE,
  BOOTSTRAP_PORT,
  BOOTSTRAP_RULES,
  BOOTSTRAP_VM,
  HA_CONF,
  HOSTS_MARK,
  SECRETS_FILE,
} from './paths.ts';
import { resolveWish } from './wish.ts';

const LIBVIRT = 'libvirtd';

interface Remains {
  readonly engine: EngineState;
  readonly lun: LunState;
  readonly units: Readonly<Record<string, UnitState>>;
  /** Directories of the bootstrap VM. */
  readonly localVms: readonly string[];
  /** Answer files that the deployment itself wrote, later than ours. */
  readonly answerFiles: readonly string[];
  readonly maintenanceFlags: boolean;
  /** The file of these flags is there. */
  readonly flagsFile?: boolean;
  readonly rules: readonly number[];
  readonly port: boolean;
  /** Ports that firewalld has open for good; undefined while it does not run. */
  readonly permanentPorts?: readonly string[];
  readonly hostsLine: boolean;
  readonly engineKey: boolean;
  /** libvirt's network `default` is up as the deployment changed it. */
  readonly network: boolean;
  /** Packages that came after our answer file, so with the deployment. */
  readonly packages: readonly string[];
}

/**
 * Takes the hosted engine off a host: what the cleanup tool removes and what it leaves behind. The host is as before
 * the deployment except for what is named as remaining; the LUN is never touched.
 */
export const cleanUpHostedEngine = operation<CleanUpParams, Remains>({
  name: 'cleanUpHostedEngine',
  title: ({ host }) => `Clean up the hosted engine on ${host}`,
  followed: true,
  limitSeconds: 1800,
  settleSeconds: 60,
  async look(context, params) {
    const { fqdn, lun } = resolveWish(params, context.inventory);
    const services = deployedServices(context.profile);
    const answers = await readAll(context.host(params.host), {
      ...engineReads(),
      ...lunReads(lun),
      ...remainsReads(answersPath(fqdn), services),
    });
    return {
      ...parseRemains(answers, services),
      engine: parseEngineState(answers),
      lun: parseLun(lun, answers),
    };
  },
  decide(found, params) {
    const { host, enabledBefore = [], portsBefore, hostId, leftoversOffered, inMaintenance } = params;
    const remains = inMaintenance === true && found.flagsFile === true ? { ...found, maintenanceFlags: true } : found;
    const opened = remains.permanentPorts?.filter((port) => portsBefore?.includes(port) === false) ?? [];
    const changes = [...cleanUpChanges(remains, enabledBefore), ...closePorts(opened)];
    const evidence = [
      ...describeRemains(remains),
      ...opened.map((port) => `there is port ${port} opened in firewalld`),
      ...(changes.length === 0 ? ['nothing of it is left to remove'] : []),
    ];
    const content = lunContent(remains.lun);
    const engineKey = remains.engineKey && leftoversOffered !== true;
    const stays = [
      ...(content.length === 0 ? [] : [`LUN ${remains.lun.wwid}: ${content.join('; ')}`]),
      ...(remains.packages.length === 0 ? [] : [`packages ${remains.packages.join(', ')}`]),
      ...(engineKey ? ['the SSH key of the engine in /root/.ssh/authorized_keys'] : []),
      ...(remains.network
        ? [`libvirt's network default, as the deployment set it, with bridge ${BOOTSTRAP_BRIDGE.device}`]
        : []),
    ];
    if (hostId !== undefined) {
      stays.push(`block ${hostId} of the shared metadata`);
    }
    const byHand = [
      ...(content.length === 0 ? [] : [`if nothing on the LUN is needed: ${wipeByHand(remains.lun)}`]),
      ...(remains.packages.length === 0 ? [] : [commandLine(['yum', 'remove', ...remains.packages])]),
      ...(engineKey ? ['remove the line with ovirt-engine from /root/.ssh/authorized_keys'] : []),
      ...(hostId === undefined
        ? []
        : [`on another host, its agent stopped: hosted-engine --clean-metadata --host-id=${hostId} --force-cleanup`]),
      ...(remains.network ? ['virsh net-destroy default, and virsh net-edit default for the addresses it had'] : []),
    ];
    return {
      state: changes.length === 0 ? 'already' : 'wouldDo',
      changes,
      evidence: [...evidence, ...stays.map((what) => `stays: ${what}`)],
      ...(stays.length > 0 && {
        leaves: { what: `of the deployment on ${host}: ${stays.join('; ')}`, byHand: byHand.join('; ') },
      }),
    };
  },
});

type RemainsReads =
  | 'services'
  | 'localVms'
  | 'answerFiles'
  | 'flags'
  | 'flagsFile'
  | 'rules'
  | 'ports'
  | 'hostsLine'
  | 'engineKey'
  | 'network'
  | 'permanentPorts'
  | 'packages';

function remainsReads(ours: string, services: readonly string[]): Record<RemainsReads, Read> {
  return {
    services: unitQuery(services),
    localVms: 'ls -d /var/tmp/localvm*',
    answerFiles: commandLine(['find', ANSWERS_DIRECTORY, '-name', 'answers-2*.conf', '-newer', ours]),
    flags: ['grep', '-c', '=True', HA_CONF],
    flagsFile: ['test', '-e', HA_CONF],
    rules: ['ip', 'rule'],
    ports: limited(['firewall-cmd', '--list-ports']),
    hostsLine: ['grep', '-c', HOSTS_MARK, '/etc/hosts'],
    engineKey: ['grep', '-c', 'ovirt-engine', '/root/.ssh/authorized_keys'],
    network: ['ip', '-o', 'addr'],
    permanentPorts: limited(PERMANENT_PORTS),
    packages: `t=$(stat -c %Y ${quote(ours)}) && rpm -qa --qf '%{INSTALLTIME} %{NAME}\\n' | awk -v t="$t" '$1 >= t { print $2 }' | sort`,
  };
}

function parseRemains(
  answers: Record<RemainsReads, ReadResult>,
  services: readonly string[],
): Omit<Remains, 'engine' | 'lun'> {
  const paths = (text: string) => text.split('\n').filter((line) => line.startsWith('/var/'));
  const permanentPorts = parsePorts(answers.permanentPorts);
  const counted = ({ text }: ReadResult) => Number(text.trim()) > 0;
  return {
    units: parseUnits(answers.services.text, services),
    localVms: paths(answers.localVms.text),
    answerFiles: answers.answerFiles.code === 0 ? paths(answers.answerFiles.text) : [],
    maintenanceFlags: counted(answers.flags),
    flagsFile: answers.flagsFile.code === 0,
    rules: BOOTSTRAP_RULES.filter((priority) => new RegExp(`^${priority}:`, 'm').test(answers.rules.text)),
    ...(permanentPorts !== undefined && { permanentPorts }),
    port: answers.ports.text.split(/\s+/).includes(BOOTSTRAP_PORT),
    hostsLine: counted(answers.hostsLine),
    engineKey: counted(answers.engineKey),
    network: parseAddressList(answers.network.text).some(
      ({ device, address }) => device === BOOTSTRAP_BRIDGE.device && address === BOOTSTRAP_BRIDGE.address,
    ),
    packages: answers.packages.code === 0 ? answers.packages.text.split(/\s+/).filter(Boolean) : [],
  };
}

function cleanUpChanges(remains: Remains, enabledBefore: readonly string[]): readonly HostChange[] {
  const { engine, units, localVms, answerFiles } = remains;
  const deep = leftovers(engine);
  const enabled = Object.keys(units).filter((unit) => units[unit]?.enabled === true && !enabledBefore.includes(unit));
  const libvirt = units[LIBVIRT];
  const changes: HostChange[] = [];
  if (deep.length > 0) changes.push({ argv: ['ovirt-hosted-engine-cleanup', '-q'], okCodes: ANY_CODE });
  for (const unit of enabled) changes.push({ argv: ['systemctl', 'disable', unit] });
  // The cleanup tool stops libvirtd; it was running before, or is needed for what follows.
  const wantsLibvirt = libvirt?.loaded === true && (enabledBefore.includes(LIBVIRT) || engine.bootstrapVm);
  if (wantsLibvirt && (deep.length > 0 || !libvirt.active)) changes.push({ argv: ['systemctl', 'start', LIBVIRT] });
  if (engine.bootstrapVm) {
    // Only one of the two applies, depending on whether it still runs and whether it is defined.
    changes.push({ argv: ['virsh', 'destroy', BOOTSTRAP_VM], okCodes: ANY_CODE });
    changes.push({ argv: ['virsh', 'undefine', BOOTSTRAP_VM], okCodes: ANY_CODE });
  }
  const files = [
    ...localVms,
    ...answerFiles,
    ...(remains.maintenanceFlags ? [HA_CONF] : []),
    ...(engine.secretsFile ? [SECRETS_FILE] : []),
  ];
  if (files.length > 0) changes.push({ argv: ['rm', '-rf', '--', ...files] });
  // The cleanup tool may have removed the rules already.
  for (const rule of remains.rules) {
    changes.push({ argv: ['ip', 'rule', 'del', 'priority', `${rule}`], okCodes: ANY_CODE });
  }
  if (remains.port) changes.push({ argv: ['firewall-cmd', `--remove-port=${BOOTSTRAP_PORT}`] });
  if (remains.hostsLine) changes.push({ argv: ['sed', '-i', `/${HOSTS_MARK}/d`, '/etc/hosts'] });
  return changes;
}

/** Without a reload, which would take away what others have opened until the next boot. */
function closePorts(ports: readonly string[]): readonly HostChange[] {
  if (ports.length === 0) return [];
  const removals = ports.map((port) => `--remove-port=${port}`);
  return [{ argv: ['firewall-cmd', ...removals] }, { argv: ['firewall-cmd', '--permanent', ...removals] }];
}

function describeRemains(remains: Remains): readonly string[] {
  const { engine, localVms, answerFiles, rules } = remains;
  return [
    ...leftovers(engine),
    ...localVms,
    ...answerFiles,
    ...(remains.maintenanceFlags ? [`maintenance flags in ${HA_CONF}`] : []),
    ...(engine.secretsFile ? [SECRETS_FILE] : []),
    ...rules.map((rule) => `ip rule ${rule}`),
    ...(remains.port ? [`firewalld port ${BOOTSTRAP_PORT}`] : []),
    ...(remains.hostsLine ? ['the temporary line in /etc/hosts'] : []),
  ].map((what) => `there is ${what}`);
}
