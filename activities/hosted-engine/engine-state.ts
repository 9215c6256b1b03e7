import { parseLinks } from '../host/parse/ip.ts';
import { parseKeyValues } from '../host/parse/key-values.ts';
import { parseUnits, type UnitState, unitQuery } from '../host/parse/systemctl.ts';
import { parseVmStatusJson, type VmStatus } from '../host/parse/vm-status.ts';
import { limited, type Read, type ReadResult } from '../host/read-all.ts';
import { BOOTSTRAP_VM, HOSTED_ENGINE_CONF, MANAGEMENT_BRIDGE, SECRETS_FILE } from './paths.ts';

/** Of the services that a failed attempt may leave running. */
const LEFT_RUNNING = ['ovirt-ha-agent', 'ovirt-ha-broker', 'vdsmd'] as const;

/** What a host knows of a hosted engine. */
export interface EngineState {
  /** hosted-engine.conf names a VM: what `hosted-engine --check-deployed` goes by. */
  readonly deployed: boolean;
  /** The engine it names; empty when it names none. */
  readonly fqdn: string;
  /** Storage domain of the engine, which is also the name of the volume group on its LUN. */
  readonly storageDomain: string;
  /** Undefined: nothing is published, or the HA daemons do not answer. */
  readonly status?: VmStatus;
  readonly secretsFile: boolean;
  readonly bootstrapVm: boolean;
  readonly bridge: boolean;
  readonly running: readonly string[];
}

type EngineReads = 'conf' | 'status' | 'secrets' | 'domains' | 'links' | 'units';

export function engineReads(): Record<EngineReads, Read> {
  return {
    conf: ['cat', HOSTED_ENGINE_CONF],
    status: limited(`[ -s ${HOSTED_ENGINE_CONF} ] && hosted-engine --vm-status --json 2>/dev/null`),
    secrets: `[ -e ${SECRETS_FILE} ] && echo present`,
    domains: limited(['virsh', '-r', 'list', '--all']),
    links: ['ip', '-o', 'link'],
    units: unitQuery(LEFT_RUNNING),
  };
}

export function parseEngineState(answers: Record<EngineReads, ReadResult>): EngineState {
  const conf = parseKeyValues(answers.conf.code === 0 ? answers.conf.text : '');
  const status = parseVmStatusJson(answers.status.text);
  const units: Record<string, UnitState> = parseUnits(answers.units.text, LEFT_RUNNING);
  return {
    deployed: (conf.get('vmid') ?? '') !== '',
    fqdn: (conf.get('fqdn') ?? '').toLowerCase(),
    storageDomain: conf.get('sdUUID') ?? '',
    ...(status !== undefined && { status }),
    secretsFile: answers.secrets.text.trim() === 'present',
    bootstrapVm: new RegExp(`\\s${BOOTSTRAP_VM}\\s`).test(answers.domains.text),
    bridge: parseLinks(answers.links.text).some(({ device }) => device === MANAGEMENT_BRIDGE),
    running: LEFT_RUNNING.filter((unit) => units[unit]?.active === true),
  };
}

/** What an attempt to deploy that did not come to its end has left, in words. */
export function leftovers(state: EngineState): readonly string[] {
  return [
    ...(state.deployed ? [HOSTED_ENGINE_CONF] : []),
    ...(state.bootstrapVm ? [`virtual machine ${BOOTSTRAP_VM}`] : []),
    ...(state.bridge ? [`bridge ${MANAGEMENT_BRIDGE}`] : []),
    ...state.running.map((unit) => `service ${unit}`),
  ];
}
