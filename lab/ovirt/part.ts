/**
 * oVirt 4.3 on the lab's hosts: its packages and repositories, the hosted engine with its HA agents, and the engine
 * that runs in the VM. ha/ decides and publishes, tool/ is the hosted-engine command, deploy/ its --deploy,
 * cleanup/ the way back, packages/ what yum brings.
 */
import { startEngine } from '../engine/index.ts';
import { daemonOn } from '../imageio/daemon.ts';
import { imagePorts } from '../imageio/index.ts';
import type { LabPart } from '../types.ts';
import { events } from '../worlds/events.ts';
import { worlds } from '../worlds/index.ts';
import { presets } from '../worlds/presets.ts';
import { hostWentDown, restartEngineService } from './engine-vm.ts';
import { prepareEnrolment } from './host-deploy.ts';
import { leaseRests } from './host-lease.ts';
import { restoreSaved } from './host-networks.ts';
import { engineServer } from './liveliness.ts';
import { daemons } from './packages/daemons.ts';
import { hostedEnginePackages } from './packages/hosted-engine.ts';
import { publishOvirt, releasePackage } from './packages/repositories.ts';
import { haFields, hostedEngineState } from './state.ts';
import { clearContents } from './vdsm/content.ts';

export const ovirtPart: LabPart = {
  name: 'oVirt 4.3',
  packages: [...daemons, ...hostedEnginePackages, releasePackage],
  publish: publishOvirt,
  onReset: (lab) => {
    clearContents(lab);
    lab.servers.set(lab.engineAddress, engineServer(lab, lab.engineAddress));
  },
  onInstall: prepareEnrolment,
  onBoot: restoreSaved,
  onDown: (host, how) => {
    leaseRests(host);
    hostWentDown(host, how);
  },
  worlds,
  events,
  presets,
  hostState: haFields,
  state: hostedEngineState,
  startEngine,
  faultKinds: ['token-expired', 'auth-refused'],
  onTargetFault: (lab, fault) => {
    if (fault.target === 'imageio') {
      imagePorts(lab)?.cut();
      if (fault.kind === 'restart') for (const host of lab.hosts.values()) daemonOn(host)?.dieAfter(0);
    }
    if (fault.target !== 'engine' || fault.kind !== 'restart') return;
    for (const host of lab.hosts.values()) restartEngineService(host);
  },
};
