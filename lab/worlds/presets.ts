import { certificateAuthority } from '../engine/ca.ts';
import { DEPLOYED } from '../inventory.ts';
import { hostedEngineConf } from '../ovirt/conf.ts';
import { runningOn } from '../ovirt/engine-vm.ts';
import { joinHostedEngine } from '../ovirt/ha/host.ts';
import { agentRuntime } from '../ovirt/ha/runtime.ts';
import { deployHost } from '../ovirt/host-deploy.ts';
import { releaseRpm } from '../ovirt/packages/repositories.ts';
import { anyStorage } from '../ovirt/storage.ts';
import type { Lab, LabHost, Preset } from '../types.ts';
import { hostedEngineLun } from './storage.ts';
import { buildWhole } from './whole-datacenter.ts';

/** Presets are reached as a person would reach them: packages by yum, the engine by its own deployment. */
const ANSWERS = '/root/answers.conf';

async function must(host: LabHost, argv: readonly string[]): Promise<void> {
  const done = await host.run(argv);
  if (done.code === 0) return;
  throw new Error(`${host.name}: ${argv.join(' ')} ended with ${done.code}: ${done.stdout.slice(-2000)}${done.stderr}`);
}

async function install(host: LabHost): Promise<void> {
  await must(host, ['yum', '-y', 'install', releaseRpm]);
  await must(host, ['yum', '-y', 'install', 'ovirt-hosted-engine-setup', 'screen']);
}

/** A complete answer file for the lab's own datacentre. */
export function labAnswers(lab: Lab, host: LabHost): string {
  const values: Record<string, string> = {
    'CORE/deployProceed': 'bool:True',
    'CORE/screenProceed': 'bool:True',
    'CORE/skipTTYCheck': 'bool:True',
    'NETWORK/gateway': `str:${lab.gateway}`,
    'NETWORK/bridgeIf': 'str:em1',
    'NETWORK/network_test': 'str:dns',
    'NETWORK/host_name': `str:${host.fqdn}`,
    'NETWORK/fqdn': `str:${lab.engineFqdn}`,
    'ENGINE/datacenterName': `str:${DEPLOYED.dataCenter}`,
    'ENGINE/clusterName': `str:${DEPLOYED.cluster}`,
    'ENGINE/adminPassword': `str:${lab.secrets.enginePassword}`,
    'VM/ovfArchive': 'str:',
    'VM/vmVCpus': 'str:4',
    'VM/vmMemSizeMB': 'int:16384',
    'VM/vmMACAddr': 'str:00:16:3e:5b:a6:4d',
    'VM/cloudinitInstanceHostName': `str:${lab.engineFqdn}`,
    'VM/cloudinitInstanceDomainName': 'str:test.local',
    'VM/cloudinitRootPwd': `str:${lab.secrets.engineRootPassword}`,
    'VM/rootSshPubkey': 'str:',
    'VM/rootSshAccess': 'str:yes',
    'VM/applyOpenScapProfile': 'bool:False',
    'VM/cloudinitVMStaticCIDR': `str:${lab.engineAddress}/24`,
    'VM/cloudinitVMDNS': 'str:172.20.32.2',
    'VM/cloudinitVMETCHOSTS': 'bool:False',
    'NOTIF/smtpServer': 'str:localhost',
    'NOTIF/smtpPort': 'str:25',
    'NOTIF/sourceEmail': 'str:root@localhost',
    'NOTIF/destEmail': 'str:root@localhost',
    'STORAGE/domainType': 'str:fc',
    'STORAGE/LunID': `str:${hostedEngineLun(lab).wwid}`,
    'STORAGE/imgSizeGB': 'str:60',
  };
  const lines = Object.entries(values).map(([key, value]) => `OVEHOSTED_${key}=${value}\n`);
  return `[environment:default]\n${lines.join('')}`;
}

/** The engine adds a further host and deploys the hosted engine on it: same configuration, its own host id. */
export async function addHostedEngineHost(host: LabHost): Promise<void> {
  const { lab } = host;
  const storage = anyStorage(lab);
  if (!storage?.image) throw new Error('there is no hosted engine to add a host to');
  const trouble = await deployHost(host, {
    bridgeOn: 'em1',
    gateway: lab.gateway,
    sleep: (seconds) => lab.clock.sleep(seconds),
    changed: (what) => lab.changed(what),
  });
  if (trouble !== undefined) throw new Error(trouble);
  const spmId = Math.max(0, ...[...storage.image.hosts.values()].map((one) => one.spmId)) + 1;
  storage.image.hosts.set(host.fqdn, { address: host.fqdn, spmId, hostedEngine: true });
  await joinHostedEngine(host, storage, spmId);
}

async function until(lab: Lab, what: string, seen: () => boolean): Promise<void> {
  for (let n = 0; n < 240; n++) {
    if (seen()) return;
    await lab.clock.sleep(5);
  }
  throw new Error(`the preset never came to this: ${what}`);
}

const deployed: Preset = async (lab) => {
  await certificateAuthority(lab);
  const [first, second] = [...lab.hosts.values()];
  if (!first) return;
  await install(first);
  first.fs.write(ANSWERS, labAnswers(lab, first), { mode: 0o600 });
  await must(first, ['hosted-engine', '--deploy', `--config-append=${ANSWERS}`]);
  first.fs.remove(ANSWERS);
  if (second) {
    await install(second);
    await addHostedEngineHost(second);
    await until(lab, 'the second host is able to run the engine', () => agentRuntime(second)?.state === 'EngineDown');
  }
  await until(lab, 'the engine is up', () => {
    const states = [...lab.hosts.values()].filter((host) => hostedEngineConf(host)).map((host) => agentRuntime(host));
    return runningOn(lab)?.record.engine === true && states.some((one) => one?.state === 'EngineUp');
  });
  // Every agent has to have watched the others for a minute before they call each other alive.
  await until(lab, 'the agents see each other', () => {
    const agents = [...lab.hosts.values()].map(agentRuntime).filter((one) => one !== undefined);
    return agents.every((one) => one.alive?.ids.size === agents.length);
  });
};

const datacenter: Preset = async (lab) => {
  await deployed(lab);
  await buildWhole(lab);
};

/** Besides `bare`. */
export const presets: Readonly<Record<string, Preset>> = { deployed, datacenter };
