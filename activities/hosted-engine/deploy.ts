import type { Profile } from '../../profiles/profile.ts';
import { parsePorts } from '../host/parse/firewall.ts';
import { parseUnits, type UnitState, unitQuery } from '../host/parse/systemctl.ts';
import { engineIsHealthy, type HostStatus } from '../host/parse/vm-status.ts';
import { limited, readAll } from '../host/read-all.ts';
import { type Decision, type Finding, type HostChange, type OperationContext, operation } from '../operation.ts';
import { writeFile } from '../runtime/write-file.ts';
import { renderAnswers, secretAnswers } from './answers.ts';
import { type EngineState, engineReads, leftovers, parseEngineState } from './engine-state.ts';
import { dirtyLun, type LunState, lunContent, lunReads, parseLun, wipeByHand } from './lun.ts';
import type { CleanUpParams, DeployOutput, DeployParams } from './params.ts';
import { answersPath, SECRETS_FILE } from './paths.ts';
import { resolveWish } from './wish.ts';

interface DeployFacts {
  readonly engine: EngineState;
  readonly lun: LunState;
  /** Of the services that a deployment lets start at boot, those that do so now. */
  readonly enabled: readonly string[];
  /** Undefined while firewalld does not run. */
  readonly ports?: readonly string[];
}

/** The engine opens its ports for good when it takes the host over. */
export const PERMANENT_PORTS = ['firewall-cmd', '--permanent', '--list-ports'] as const;
const SUCCESS = 'Hosted Engine successfully deployed';
/** The exit code of the cleanup tool is that of its last command and says nothing. */
export const ANY_CODE: readonly number[] = Array.from({ length: 256 }, (_, code) => code);

/**
 * Deploys the engine as a VM on the LUN; leaves a healthy engine and no file with a password. The tool itself has no
 * guard: run on a host with an engine it would begin by stopping it, so the look comes first.
 */
export const deployHostedEngine = operation<DeployParams, DeployFacts, DeployOutput>({
  name: 'deployHostedEngine',
  title: ({ host }) => `Deploy the hosted engine on ${host}`,
  followed: true,
  limitSeconds: 7200,
  settleSeconds: 900,
  async look(context, params) {
    const { lun } = resolveWish(params, context.inventory);
    const services = deployedServices(context.profile);
    const answers = await readAll(context.host(params.host), {
      ...engineReads(),
      ...lunReads(lun),
      services: unitQuery(services),
      ports: limited(PERMANENT_PORTS),
    });
    const ports = parsePorts(answers.ports);
    const units: Readonly<Record<string, UnitState>> = parseUnits(answers.services.text, services);
    return {
      engine: parseEngineState(answers),
      lun: parseLun(lun, answers),
      enabled: services.filter((service) => units[service]?.enabled === true),
      ...(ports !== undefined && { ports }),
    };
  },
  decide(facts, params, context) {
    const { engine } = facts;
    const { fqdn } = resolveWish(params, context.inventory);
    if (!engine.deployed) return decideDeployment(facts, params, context);
    const healthy = engine.status?.hosts.find(engineIsHealthy);
    if (engine.fqdn !== fqdn || healthy === undefined) return refuseExisting(facts, params.host, fqdn);
    const evidence = [describeHost(healthy), `${fqdn} is deployed on ${params.host}`];
    const output = { fqdn, hostId: healthy.hostId, score: healthy.score };
    if (engine.secretsFile) {
      return {
        state: 'wouldDo',
        changes: [removeSecrets()],
        evidence: [...evidence, `${SECRETS_FILE} exists`],
        output,
      };
    }
    return { state: 'already', changes: [], evidence, output };
  },
  judge({ code, log }) {
    if (code === 0 && log.includes(SUCCESS)) return undefined;
    if (code === 0) return `hosted-engine --deploy ended with 0 but did not say "${SUCCESS}"`;
    return `hosted-engine --deploy ended with ${code}`;
  },
  stage: stageOfDeployment,
});

function decideDeployment(
  { engine, lun, enabled, ports }: DeployFacts,
  params: DeployParams,
  { inventory, secret }: Pick<OperationContext, 'inventory' | 'secret'>,
): Decision<DeployOutput> {
  const { fqdn, lun: wwid } = resolveWish(params, inventory);
  const { host } = params;
  const left = leftovers(engine);
  const evidence = [
    `no hosted engine is deployed on ${host}`,
    ...left.map((what) => `left by an earlier attempt: ${what}`),
    lun.map === undefined
      ? `LUN ${wwid} is not visible`
      : `LUN ${wwid}: ${lun.map.size}, ${lunContent(lun).join('; ') || 'empty'}`,
  ];
  const findings = lunFindings(lun, host);
  if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
  const answers = answersPath(fqdn);
  const { password, rootPassword } = inventory.engine;
  const changes: HostChange[] = [
    ...writeFile(
      SECRETS_FILE,
      '0600',
      {
        secretStdin: async () =>
          renderAnswers(
            secretAnswers(
              await secret(password, 'password of the engine administrator'),
              await secret(rootPassword, 'root password of the engine VM'),
            ),
          ),
      },
      { before: true },
    ),
    ...(left.length === 0 ? [] : [{ argv: ['ovirt-hosted-engine-cleanup', '-q'], okCodes: ANY_CODE }]),
    { argv: ['hosted-engine', '--deploy', `--config-append=${answers}`, `--config-append=${SECRETS_FILE}`] },
    removeSecrets(),
  ];
  return {
    state: 'wouldDo',
    changes,
    evidence,
    undo: {
      title: `Clean up the hosted engine on ${host}`,
      call: {
        operation: 'cleanUpHostedEngine',
        params: {
          host,
          engineFqdn: fqdn,
          lun: wwid,
          enabledBefore: enabled,
          ...(ports !== undefined && { portsBefore: ports }),
        } satisfies CleanUpParams,
      },
      byHand: `ovirt-hosted-engine-cleanup -q, then reboot the host; then, if nothing on the LUN is needed: ${wipeByHand(lun)}`,
    },
  };
}

function lunFindings(lun: LunState, host: string): readonly Finding[] {
  if (lun.map !== undefined) return dirtyLun(lun, host);
  return [{ what: `LUN ${lun.wwid} is not visible on ${host}`, fix: 'Present it to the host, then: multipath -ll' }];
}

/** An engine that is there, but not the wished healthy one, is never run over. */
function refuseExisting({ engine, lun }: DeployFacts, host: string, fqdn: string): Decision<DeployOutput> {
  const hosts = engine.status?.hosts ?? [];
  const evidence = hosts.length === 0 ? ['the HA daemons publish no status'] : hosts.map(describeHost);
  const finding: Finding =
    engine.fqdn !== fqdn
      ? {
          what: `another hosted engine, ${engine.fqdn || 'without a name'}, is deployed on ${host}`,
          fix: 'Deploy on a host without one, or clean this one up first if it is not needed',
        }
      : {
          what: `engine ${fqdn} is deployed on ${host} but not healthy: ${evidence.join('; ')}`,
          fix: `Look into it with hosted-engine --vm-status; to begin anew instead: ovirt-hosted-engine-cleanup -q, then ${wipeByHand(lun)}`,
        };
  return { state: 'refused', changes: [], evidence, findings: [finding] };
}

/** The services that a deployment may let start at boot. */
export function deployedServices({ hostedEngine }: Profile): readonly string[] {
  return [...hostedEngine.services, ...hostedEngine.alsoEnabled];
}

function removeSecrets(): HostChange {
  return { argv: ['rm', '-f', SECRETS_FILE], always: true };
}

export function describeHost(host: HostStatus): string {
  const { hostName, hostId, live, vm, health, detail, reason, score } = host;
  const engine = `engine VM ${vm}, health ${health}, ${detail}${reason === undefined ? '' : ` (${reason})`}`;
  return `${hostName} (id ${hostId}): ${live ? '' : 'stale: '}${engine}, score ${score}`;
}

/** The newest stage or Ansible task of the deployment. */
export function stageOfDeployment(log: string): string | undefined {
  const lines = log.split('\n').reverse();
  for (const line of lines) {
    const task = /\bTASK \[[\w.]+ : (.+)\]\s*$/.exec(line)?.[1];
    if (task !== undefined) return task;
    const stage = /^\[ INFO {2}\] (?:Stage: )?((?:[A-Z][a-z]+(?: [a-zA-Z()-]+)*))\s*$/.exec(line)?.[1];
    if (stage !== undefined) return stage;
  }
  return undefined;
}
