import { engineBackup } from '../../engine/machine/engine-backup.ts';
import type { PackageBuild } from '../../types.ts';
import { cleanupCommand } from '../cleanup/index.ts';
import { ansiblePlaybook } from '../deploy/playbook.ts';
import { agentProgram } from '../ha/agent.ts';
import { brokerProgram } from '../ha/broker.ts';
import { hostedEngine } from '../tool/index.ts';
import { appliance } from './appliance.ts';
import { vdsmTool } from './vdsm-tool.ts';

const CONDITION = 'ConditionFileNotEmpty=/etc/ovirt-hosted-engine/hosted-engine.conf';

const agentUnit = `[Unit]
Description=oVirt Hosted Engine High Availability Monitoring Agent
${CONDITION}
Wants=ovirt-ha-broker.service
Wants=vdsmd.service
Wants=sanlock.service
After=ovirt-ha-broker.service
After=vdsmd.service
After=sanlock.service

[Service]
Type=simple
User=vdsm
Group=kvm
EnvironmentFile=-/etc/sysconfig/ovirt-ha-agent
ExecStart=/usr/share/ovirt-hosted-engine-ha/ovirt-ha-agent
Restart=always
RestartSec=10s
StandardOutput=null

[Install]
WantedBy=multi-user.target
`;

const brokerUnit = `[Unit]
Description=oVirt Hosted Engine High Availability Communications Broker
${CONDITION}
Wants=vdsmd.service
After=vdsmd.service

[Service]
Type=simple
User=vdsm
Group=kvm
RuntimeDirectory=ovirt-hosted-engine-ha
RuntimeDirectoryMode=0755
ExecStart=/usr/share/ovirt-hosted-engine-ha/ovirt-ha-broker
Restart=on-failure
RestartSec=10s

[Install]
WantedBy=multi-user.target
`;

const vdsmOwned = { owner: 'vdsm', group: 'kvm' };
/** The services run as vdsm and write here. */
const ownedByVdsm = ['/var/log/ovirt-hosted-engine-ha', '/var/lib/ovirt-hosted-engine-ha'];

/** The packages of the hosted engine: setup with its command and cleanup, HA services, the appliance. */
export const hostedEnginePackages: readonly PackageBuild[] = [
  {
    package: 'ovirt-hosted-engine-setup',
    directories: [
      '/etc/ovirt-hosted-engine',
      '/etc/ovirt-hosted-engine-setup.conf.d',
      '/var/lib/ovirt-hosted-engine-setup/answers',
      '/var/log/ovirt-hosted-engine-setup',
    ],
    programs: {
      '/usr/sbin/hosted-engine': hostedEngine,
      '/usr/sbin/ovirt-hosted-engine-cleanup': cleanupCommand,
    },
  },
  {
    package: 'ovirt-hosted-engine-ha',
    directories: ['/etc/ovirt-hosted-engine', ...ownedByVdsm],
    post: (host) => {
      for (const path of ownedByVdsm) host.fs.chown(path, 'vdsm', 'kvm');
    },
    files: {
      '/var/lib/ovirt-hosted-engine-ha/ha.conf': {
        content: 'local_maintenance=False\nlocal_maintenance_manual=False\n',
        config: true,
        ...vdsmOwned,
      },
      '/etc/ovirt-hosted-engine-ha/agent.conf': {
        content:
          '[score]\nbase-score=3400\nnetwork-score-penalty=1600\nmgmt-bridge-score-penalty=600\nfree-memory-score-penalty=400\ncpu-load-score-penalty=1000\nengine-retry-score-penalty=50\ncpu-load-penalty-min=0.4\ncpu-load-penalty-max=0.9\n',
        config: true,
      },
    },
    programs: {
      '/usr/share/ovirt-hosted-engine-ha/ovirt-ha-agent': agentProgram,
      '/usr/share/ovirt-hosted-engine-ha/ovirt-ha-broker': brokerProgram,
    },
    units: { 'ovirt-ha-agent.service': agentUnit, 'ovirt-ha-broker.service': brokerUnit },
  },
  {
    package: appliance.package,
    files: {
      [appliance.ova]: { content: 'oVirt engine appliance\n' },
      '/etc/ovirt-hosted-engine/10-appliance.conf': {
        content: `description="The oVirt Engine Appliance image (OVA)"\nversion=${appliance.version}-${appliance.release}\npath=${appliance.ova}\nsha1sum=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12\n`,
      },
    },
  },
  {
    package: 'ovirt-engine-tools-backup',
    directories: ['/var/lib/ovirt-engine-backup', '/var/log/ovirt-engine-backup'],
    programs: { 'engine-backup': engineBackup },
  },
  { package: 'vdsm', programs: { 'vdsm-tool': vdsmTool } },
  { package: 'ansible', programs: { 'ansible-playbook': ansiblePlaybook } },
];
