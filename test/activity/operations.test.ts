import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  cpuFeature,
  disableRepository,
  enableRepository,
  enableService,
  ensureFirewalld,
  installPackages,
  installReleasePackage,
  restartService,
  restoreFirewall,
  restoreService,
  updatePackages,
} from '../../activities/host/index.ts';
import type { Operation } from '../../activities/operation.ts';
import { type OperationsLab, startOperationsLab } from './operations-lab.ts';

let lab: OperationsLab;
const host = 'host1';

beforeAll(async () => {
  lab = await startOperationsLab({ speed: 400 });
});
afterAll(() => lab?.close());
beforeEach(() => lab.reset());

/** Looks, changes, verifies; and shows that looking alone changes nothing and a second time finds nothing to do. */
async function bringAbout<P extends { host: string }, F, O>(operation: Operation<P, F, O>, params: P) {
  const { revision } = await lab.control.state();
  const decision = await lab.decide(operation, params);
  expect((await lab.control.state()).revision).toBe(revision);
  expect(decision.state).toBe('wouldDo');
  await lab.carryOut(params.host, decision);
  await lab.settle(operation, params);
  return decision;
}

async function undo(decision: { undo?: { call: { operation: string; params: object } } }): Promise<void> {
  const operations = { disableRepository, enableRepository, restoreFirewall, restoreService };
  const { operation, params } = decision.undo?.call ?? { operation: '', params: {} };
  const found = operations[operation as keyof typeof operations] as unknown as Operation<{ host: string }, unknown>;
  await bringAbout(found, params as { host: string });
}

async function hostState() {
  const { hosts } = await lab.control.state();
  return hosts[host];
}

describe('packages', () => {
  it('installs the release package once; the second exit code of yum would mean nothing', async () => {
    const decision = await bringAbout(installReleasePackage, { host });
    const again = await lab.carryOut(host, decision);
    expect(again).toContain('Nothing to do');
    expect((await lab.decide(installReleasePackage, { host })).state).toBe('already');
  });

  it('installs the sets of the article one after another', async () => {
    await bringAbout(installReleasePackage, { host });
    await bringAbout(installPackages, { host, packages: 'epel' });
    await bringAbout(installPackages, { host, packages: 'setup' });
    await bringAbout(installPackages, { host, packages: 'kvm' });
  });

  it('recognises a name that yum does not know although yum ends with 0', async () => {
    const params = { host, packages: ['screen', 'no-such-package'] };
    const decision = await lab.decide(installPackages, params);
    const log = await lab.carryOut(host, decision);
    expect(installPackages.judge?.({ code: 0, log })).toContain('no-such-package');
    const after = await lab.decide(installPackages, params);
    expect([after.state, after.changes[0]?.argv]).toEqual(['wouldDo', ['yum', '-y', 'install', 'no-such-package']]);
  });
});

describe('firewall', () => {
  it('is done on a host that runs firewalld', async () => {
    expect((await lab.decide(ensureFirewalld, { host })).state).toBe('already');
  });

  it('takes over from iptables, and gives back', async () => {
    await lab.control.fault({ target: host, kind: 'firewalld-off' });
    const before = await hostState();
    const decision = await bringAbout(ensureFirewalld, { host });
    expect((await hostState())?.firewall).not.toEqual(before?.firewall);
    await undo(decision);
    expect((await hostState())?.firewall).toEqual(before?.firewall);
  });
});

describe('the renewal of libvirt', () => {
  it('goes from a libvirt that does not know md-clear to one that does', async () => {
    await lab.control.fault({ target: host, kind: 'md-clear-missing' });
    await bringAbout(installPackages, { host, packages: 'kvm' });
    await bringAbout(enableService, { host, service: 'libvirtd' });
    const feature = { host, feature: 'md-clear' } as const;
    expect((await lab.decide(cpuFeature, feature)).output).toMatchObject({ needed: true, offered: 'no' });
    expect((await lab.decide(cpuFeature, { ...feature, require: true })).state).toBe('refused');

    await bringAbout(disableRepository, { host, repository: 'libvirtLatest' });
    await bringAbout(installPackages, { host, packages: 'qemuRepository' });
    await bringAbout(updatePackages, { host });
    expect((await lab.decide(installPackages, { host, packages: 'kvm' })).state).toBe('already');
    await bringAbout(restartService, { host, service: 'libvirtd' });
    expect((await lab.decide(cpuFeature, { ...feature, require: true })).output).toMatchObject({ offered: 'yes' });
  });
});

describe('repositories and services', () => {
  it('disables a repository and enables it again', async () => {
    await undo(await bringAbout(disableRepository, { host, repository: 'extras' }));
  });

  it('has nothing to disable where the repository is unknown', async () => {
    expect((await lab.decide(disableRepository, { host, repository: 'no-such-repository' })).state).toBe('already');
  });

  it('stops and disables again what it started', async () => {
    await lab.shell(host).change(['systemctl', 'stop', 'chronyd']);
    await lab.shell(host).change(['systemctl', 'disable', 'chronyd']);
    await undo(await bringAbout(enableService, { host, service: 'chronyd' }));
  });
});
