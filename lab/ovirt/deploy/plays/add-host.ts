import { admitEngine } from '../../../engine/ssh-key.ts';
import { deployHost } from '../../host-deploy.ts';
import type { Block } from '../ansible.ts';
import { changed, ok, skipped, TaskFailed } from '../ansible.ts';
import type { Deployment } from '../deployment.ts';
import { fetchLogs } from './local-engine.ts';
import { cleanLocalVmDir, notifyFailure } from './local-vm.ts';

const api = { on: 'api' } as const;
const POLL = 5;

const nonOperational = (why: string): never => {
  throw new TaskFailed(
    `The host has been set in non_operational status, deployment errors: ${why} fix accordingly and re-deploy.`,
  );
};

/** The engine installs the host by itself while the playbook polls its status. */
async function waitForHost(d: Deployment): Promise<void> {
  const install = deployHost(d.host, {
    bridgeOn: d.bridgeIf,
    gateway: d.text('NETWORK/gateway'),
    sleep: (seconds) => d.ctx.sleep(seconds),
    changed: (what) => d.ctx.changed(what),
  });
  const trouble = await install;
  if (trouble !== undefined) nonOperational(trouble);
  await d.ctx.sleep(POLL);
}

export const addHost: Block = {
  tasks: [
    ok('Wait for ovirt-engine service to start', 45, api),
    changed('Open a port on firewalld', 2, {
      run: (d) => {
        const zone = d.host.firewalld.runtime.get(d.host.firewalld.zoneOf(d.bridgeIf));
        zone?.ports.add('6900/tcp');
        d.ctx.changed(`port 6900 opened on ${d.host.name}`);
      },
    }),
    changed('Expose engine VM webui over a local port via ssh port forwarding', 2, api),
    ok('Evaluate temporary bootstrap engine URL'),
    changed('Detect VLAN ID'),
    changed('Set Engine public key as authorized key without validating the TLS/SSL certificates', 2, {
      ...api,
      run: (d) => admitEngine(d.host),
    }),
    ok('Obtain SSO token using username/password credentials', 3, api),
    changed('Ensure that the target datacenter is present', 3, api),
    changed('Ensure that the target cluster is present in the target datacenter', 3, api),
    skipped('Check actual cluster location'),
    skipped('Enable GlusterFS at cluster level'),
    skipped('Set VLAN ID at datacenter level'),
    changed('Get active list of active firewalld zones', 2),
    { ...changed('Configure libvirt firewalld zone', 2), skip: (d) => !d.host.firewalld.runtime.has('libvirt') },
    changed('Add host', 8, api),
    skipped('Let the user connect to the bootstrap engine to manually fix host configuration'),
    ok('Always revoke the SSO token', 1, api),
    ok('Obtain SSO token using username/password credentials', 2, api),
    ok('Wait for the host to be up', 5, { ...api, run: waitForHost }),
    skipped('Collect error events from the Engine'),
    skipped('Generate the error message from the engine events'),
    skipped('Fail with error description'),
    skipped('Fail with generic error'),
  ],
  rescue: [...fetchLogs, ...cleanLocalVmDir, notifyFailure],
};
