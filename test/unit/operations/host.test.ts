import { describe, expect, it } from 'vitest';
import { cpuFeature } from '../../../activities/host/cpu-feature.ts';
import { ensureFirewalld, restoreFirewall } from '../../../activities/host/firewall.ts';
import { installPackages, installReleasePackage, stageOfYum } from '../../../activities/host/install-packages.ts';
import type { UnitState } from '../../../activities/host/parse/systemctl.ts';
import { disableRepository, enableRepository } from '../../../activities/host/repository.ts';
import { restartService } from '../../../activities/host/restart-service.ts';
import { enableService, restoreService } from '../../../activities/host/service.ts';
import { updatePackages } from '../../../activities/host/update-packages.ts';
import type { Decision } from '../../../activities/operation.ts';
import { contextOf } from './site.ts';

const context = contextOf();
const host = 'host1';

const running: UnitState = {
  loaded: true,
  masked: false,
  active: true,
  enabled: true,
  words: 'active/running',
};
const stopped: UnitState = { ...running, active: false, enabled: false, words: 'inactive/dead' };
const missing: UnitState = { ...stopped, loaded: false, words: 'not-found' };

const commands = ({ changes }: Decision<unknown>) => changes.map(({ argv }) => argv.join(' '));

describe('packages', () => {
  const screen = { wanted: 'screen', name: 'screen', version: '4.1-1', installedAt: 1 };
  const setup = { ...screen, wanted: 'ovirt-hosted-engine-setup', name: 'ovirt-hosted-engine-setup' };

  it('installs only what is missing, and says what stays', () => {
    const decision = installPackages.decide({ installed: [screen] }, { host, packages: 'setup' }, context);
    expect(commands(decision)).toEqual(['yum -y install ovirt-hosted-engine-setup']);
    expect(decision.undo).toBeUndefined();
    expect(decision.leaves?.what).toBe('packages ovirt-hosted-engine-setup and what they need, installed on host1');
  });

  it('does nothing when all are there, also under another name', () => {
    const installed = [screen, { ...setup, name: 'ovirt-hosted-engine-setup-ng' }];
    const decision = installPackages.decide({ installed }, { host, packages: 'setup' }, context);
    expect(decision.state).toBe('already');
    expect(decision.evidence).toContain('ovirt-hosted-engine-setup is provided by ovirt-hosted-engine-setup-ng-4.1-1');
    expect(decision.leaves).toBeUndefined();
  });

  it('takes names that the profile does not know', () => {
    const decision = installPackages.decide({ installed: [] }, { host, packages: ['tmux', 'jq'] }, context);
    expect(commands(decision)).toEqual(['yum -y install tmux jq']);
  });

  it('trap: exit code 1 is no error for an rpm given by URL', () => {
    const [change] = installReleasePackage.decide({ installed: [] }, { host }, context).changes;
    expect(change?.argv.at(-1)).toBe('http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm');
    expect(change?.okCodes).toContain(1);
  });

  it('trap: exit code 0 with a name that was not found is a failure', () => {
    const log = 'No package nosuch available.\nComplete!\n';
    expect(installPackages.judge?.({ code: 0, log })).toBe('yum knows no package nosuch in the enabled repositories');
    expect(installPackages.judge?.({ code: 0, log: 'Complete!\n' })).toBeUndefined();
    const away = 'Cannot open: http://mirror/ovirt-release43.rpm. Skipping.\nError: Nothing to do\n';
    expect(installReleasePackage.judge?.({ code: 1, log: away })).toBe(
      'yum cannot open http://mirror/ovirt-release43.rpm',
    );
  });

  it.each([
    [
      'Running transaction\n  Installing : screen-4.1.0-0.25.x86_64                    1/2 \n',
      'Installing screen-4.1.0-0.25.x86_64 (1/2)',
    ],
    ['Downloading packages:\n', 'Downloading packages'],
    ['Another app is currently holding the yum lock; waiting for it to exit...\n', 'waiting for another yum to end'],
    ['Loaded plugins: fastestmirror\n', undefined],
  ])('stage of %j', (log, stage) => {
    expect(stageOfYum(log)).toBe(stage);
  });

  it('updates only when updates are pending, and refuses to guess', () => {
    const none = updatePackages.decide({ state: 'none', updates: [], answer: '' }, { host }, context);
    expect([none.state, none.output]).toEqual(['already', { pending: 0 }]);
    const some = updatePackages.decide({ state: 'some', updates: ['kernel-3'], answer: '' }, { host }, context);
    expect([commands(some), some.output]).toEqual([['yum -y update'], { pending: 1 }]);
    const unknown = updatePackages.decide({ state: 'unknown', updates: [], answer: 'no' }, { host }, context);
    expect(unknown).toMatchObject({ state: 'refused', changes: [] });
  });
});

describe('repositories', () => {
  const id = 'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_';

  it('disables by the name that the profile gives it, and can take it back', () => {
    const decision = disableRepository.decide(
      { enabled: true, toolInstalled: true },
      { host, repository: 'libvirtLatest' },
      context,
    );
    expect(commands(decision)).toEqual([`yum-config-manager --disable ${id}`]);
    expect(decision.undo?.call).toEqual({ operation: 'enableRepository', params: { host, repository: id } });
  });

  it('installs the tool first where it is missing, past the repository in question', () => {
    const decision = disableRepository.decide(
      { enabled: true, toolInstalled: false },
      { host, repository: id },
      context,
    );
    expect(commands(decision)[0]).toBe(`yum -y --disablerepo=${id} install yum-utils`);
  });

  it.each([[false], [undefined]])('has nothing to disable when it is %s', (enabled) => {
    const decision = disableRepository.decide({ enabled, toolInstalled: true }, { host, repository: id }, context);
    expect([decision.state, decision.undo]).toEqual(['already', undefined]);
  });

  it('enables again, but not what is gone', () => {
    const params = { host, repository: id };
    expect(commands(enableRepository.decide({ enabled: false, toolInstalled: true }, params, context))).toEqual([
      `yum-config-manager --enable ${id}`,
    ]);
    expect(enableRepository.decide({ enabled: undefined, toolInstalled: true }, params, context).state).toBe('refused');
  });
});

describe('services', () => {
  const params = { host, service: 'libvirtd' };

  it('enables and starts what is off, and remembers how it was', () => {
    const decision = enableService.decide({ unit: stopped }, params, context);
    expect(commands(decision)).toEqual(['systemctl enable libvirtd', 'systemctl start libvirtd']);
    expect(decision.undo?.call.params).toEqual({ host, before: { unit: 'libvirtd', active: false, enabled: false } });
  });

  it('only enables what runs already, and its undo lets it run', () => {
    const decision = enableService.decide({ unit: { ...running, enabled: false } }, params, context);
    expect(commands(decision)).toEqual(['systemctl enable libvirtd']);
    expect(decision.undo?.call.params).toEqual({ host, before: { unit: 'libvirtd', active: true, enabled: false } });
  });

  it('is done when it runs and is enabled', () => {
    expect(enableService.decide({ unit: running }, params, context).state).toBe('already');
  });

  it('refuses what is missing or masked', () => {
    expect(enableService.decide({ unit: missing }, params, context).findings?.[0]?.what).toBe(
      'host1 has no service libvirtd',
    );
    const masked = { ...missing, masked: true, words: 'masked' };
    expect(enableService.decide({ unit: masked }, params, context).findings?.[0]?.fix).toContain(
      'systemctl unmask libvirtd',
    );
  });

  it('puts back what was before, and nothing where the service is gone', () => {
    const before = { unit: 'libvirtd', active: false, enabled: false };
    const decision = restoreService.decide({ unit: running }, { host, before }, context);
    expect(commands(decision)).toEqual(['systemctl stop libvirtd', 'systemctl disable libvirtd']);
    expect(restoreService.decide({ unit: stopped }, { host, before }, context).state).toBe('already');
    expect(restoreService.decide({ unit: missing }, { host, before }, context).state).toBe('already');
  });

  it.each([
    ['is older than its package', 2000, 'wouldDo'],
    ['is newer than its package', 900, 'already'],
    ['started in the second of the installation', 1001, 'already'],
  ])('restarts a service that %s', (_what, installedAt, state) => {
    const facts = { unit: running, startedAt: 1000.4, newest: { name: 'libvirt-daemon-4.5', installedAt } };
    expect(restartService.decide(facts, params, context).state).toBe(state);
  });

  it('starts a service that does not run', () => {
    const decision = restartService.decide({ unit: stopped, startedAt: 0 }, params, context);
    expect(commands(decision)).toEqual(['systemctl restart libvirtd']);
  });
});

describe('firewalls', () => {
  type Facts = Parameters<typeof ensureFirewalld.decide>[0];
  const others = { iptables: missing, ip6tables: missing, ebtables: missing, ipset: missing, nftables: missing };
  const good: Facts = {
    installed: true,
    answers: true,
    units: { firewalld: running, ...others },
    defaultZone: 'public',
    zones: new Map([['public', ['em1']]]),
    sshPorts: [],
  };
  const iptables: Facts = {
    ...good,
    answers: false,
    units: { ...good.units, firewalld: stopped, iptables: running },
  };
  const decide = (facts: Facts) => ensureFirewalld.decide(facts, { host }, context);

  it('is done when firewalld alone runs and answers', () => {
    expect(decide(good)).toMatchObject({ state: 'already', changes: [] });
    expect(decide(good).evidence).toContain('default zone public; active zones: public (em1)');
  });

  it('switches from iptables, and its undo switches back in the right order', () => {
    const decision = decide(iptables);
    expect(commands(decision)).toEqual([
      'systemctl stop iptables',
      'systemctl disable iptables',
      'systemctl enable firewalld',
      'systemctl start firewalld',
    ]);
    const undo = decision.undo?.call.params as { host: string; before: [] };
    const back = restoreFirewall.decide(good, undo, context);
    expect(commands(back)).toEqual(['systemctl stop firewalld', 'systemctl disable firewalld']);
    const installedBoth = { ...good, units: { ...good.units, iptables: stopped } };
    expect(commands(restoreFirewall.decide(installedBoth, undo, context))).toEqual([
      'systemctl stop firewalld',
      'systemctl disable firewalld',
      'systemctl enable iptables',
      'systemctl start iptables',
    ]);
    expect(restoreFirewall.decide(iptables, undo, context).state).toBe('already');
  });

  it('installs and unmasks what is needed', () => {
    const masked = { ...missing, masked: true, words: 'masked' };
    const facts = { ...iptables, installed: false, units: { ...good.units, firewalld: masked } };
    expect(commands(decide(facts))).toEqual([
      'yum -y install firewalld',
      'systemctl unmask firewalld',
      'systemctl enable firewalld',
      'systemctl start firewalld',
    ]);
    expect(decide(facts).leaves?.what).toBe('package firewalld on host1');
  });

  it('opens the port of an sshd elsewhere before firewalld starts, never after', () => {
    const facts = { ...iptables, sshPorts: [2222] };
    const found = commands(decide(facts));
    expect(found.indexOf('firewall-offline-cmd --add-port=2222/tcp')).toBeLessThan(
      found.indexOf('systemctl start firewalld'),
    );
    expect(found).toContain('firewall-offline-cmd --add-port=2222/tcp');
    expect(decide(facts).leaves?.what).toBe("port 2222/tcp open in firewalld's default zone on host1");
    expect(commands(decide({ ...good, answers: false, sshPorts: [2222] }))).toEqual(['systemctl restart firewalld']);
  });

  it('only enables a firewalld that runs but would not start at boot', () => {
    const facts = { ...good, units: { ...good.units, firewalld: { ...running, enabled: false } } };
    expect(commands(decide(facts))).toEqual(['systemctl enable firewalld']);
  });
});

describe('CPU features', () => {
  const params = { host, feature: 'md-clear' } as const;

  it.each([
    [true, 'yes', 'already'],
    [true, 'unknown', 'already'],
    [false, 'no', 'already'],
    [true, 'no', 'refused'],
  ] as const)('needed %s, offered %s: %s where it is required', (needed, offered, state) => {
    const decision = cpuFeature.decide({ needed, offered, libvirt: '4.5.0-10' }, { ...params, require: true }, context);
    expect(decision.state).toBe(state);
    expect(decision.output).toEqual({ needed, offered, libvirt: '4.5.0-10' });
  });

  it('only reports where nothing is required', () => {
    const decision = cpuFeature.decide({ needed: true, offered: 'no', libvirt: '4.5.0-10' }, params, context);
    expect(decision.state).toBe('already');
    expect(decision.findings).toHaveLength(1);
  });
});
