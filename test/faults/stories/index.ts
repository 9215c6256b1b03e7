/** One file per runbook that the loop interrupts: its datacentre, its input, what it may leave. */
import { add, addOrdinary } from './add.ts';
import { build, buildDomain, buildMissing } from './build.ts';
import { cleanUp } from './clean-up.ts';
import { cluster, clusterChanged } from './cluster.ts';
import { createVm } from './create-vm.ts';
import { dataCenter } from './data-center.ts';
import { deploy } from './deploy.ts';
import { engineFailover, failover } from './failover.ts';
import { fencing } from './fencing.ts';
import { move } from './move.ts';
import { network } from './network.ts';
import { reboot, rebootMoved } from './reboot.ts';
import { recover } from './recover.ts';
import { snapshot } from './snapshot.ts';
import { iscsiDomain, nfsDomain, storageDomain } from './storage-domain.ts';
import type { Story } from './story.ts';
import { upload } from './upload.ts';

export type { Story } from './story.ts';

const hostedEngine: readonly Story[] = [deploy, recover, move, reboot, rebootMoved, cleanUp, add, addOrdinary];
const storage: readonly Story[] = [storageDomain, nfsDomain, iscsiDomain];
const datacentre: readonly Story[] = [dataCenter, cluster, clusterChanged, ...storage, network, fencing];
const vms: readonly Story[] = [upload, createVm, snapshot, failover, engineFailover];

export const stories: readonly Story[] = [...hostedEngine, ...datacentre, ...vms, build, buildMissing, buildDomain];
