import { describe, expect, it } from 'vitest';
import { firewallRuns, parseActiveZones } from '../../../activities/host/parse/firewall.ts';
import { packageQuery, parsePackages } from '../../../activities/host/parse/rpm.ts';
import { parseUnits, unitQuery } from '../../../activities/host/parse/systemctl.ts';
import {
  parseMissingNames,
  parseRepolist,
  parseRepositoryFiles,
  parseUpdates,
} from '../../../activities/host/parse/yum.ts';

describe('systemctl show', () => {
  const running = [
    'Id=firewalld.service',
    'LoadState=loaded',
    'ActiveState=active',
    'SubState=running',
    'UnitFileState=enabled',
  ];

  it('reads the state of a running unit whatever the order of the lines', () => {
    const expected = {
      loaded: true,
      masked: false,
      active: true,
      enabled: true,
      words: 'active/running',
    };
    expect(parseUnits(`${running.join('\n')}\n`, ['firewalld']).firewalld).toEqual(expected);
    expect(parseUnits(`${[...running].reverse().join('\n')}\n`, ['firewalld']).firewalld).toEqual(expected);
  });

  it('trap: a missing unit answers Result=success and is told by LoadState alone', () => {
    const text =
      'Result=success\nExecMainStatus=0\nId=nosuch.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n';
    expect(parseUnits(text, ['nosuch']).nosuch).toMatchObject({ loaded: false, active: false, words: 'not-found' });
  });

  it('trap: a unit whose condition failed is loaded, enabled and not active', () => {
    const text =
      'Id=ovirt-ha-agent.service\nLoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=enabled\n';
    expect(parseUnits(text, ['ovirt-ha-agent'])['ovirt-ha-agent']).toMatchObject({ active: false, enabled: true });
  });

  it('trap: an agent in a crash loop is not active', () => {
    const text =
      'Id=a.service\nLoadState=loaded\nActiveState=activating\nSubState=auto-restart\nUnitFileState=enabled\n';
    expect(parseUnits(text, ['a']).a).toMatchObject({ active: false, words: 'activating/auto-restart' });
  });

  it('tells a masked unit', () => {
    const text = 'Id=a.service\nLoadState=masked\nActiveState=inactive\nSubState=dead\nUnitFileState=masked\n';
    expect(parseUnits(text, ['a']).a).toMatchObject({ loaded: false, masked: true, enabled: false });
  });

  it('gives several units in the order asked', () => {
    const text = `${running.join('\n')}\n\nId=iptables.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n`;
    const units = parseUnits(text, ['firewalld', 'iptables']);
    expect([units.firewalld.active, units.iptables.loaded]).toEqual([true, false]);
    expect(unitQuery(['firewalld', 'iptables']).slice(0, 4)).toEqual([
      'systemctl',
      'show',
      'firewalld.service',
      'iptables.service',
    ]);
  });
});

describe('rpm -q', () => {
  it('maps what is installed to what was asked, also when another package provides it', () => {
    const text = [
      '? screen',
      'screen 4.1.0-0.25.20120314git3c2946.el7 1579250443',
      '? qemu-kvm',
      'package qemu-kvm is not installed',
      'qemu-kvm-ev 2.12.0-33.1.el7 1579250500',
      '? nosuch',
      'package nosuch is not installed',
      'no package provides nosuch',
    ].join('\n');
    expect(parsePackages(text)).toEqual([
      { wanted: 'screen', name: 'screen', version: '4.1.0-0.25.20120314git3c2946.el7', installedAt: 1579250443 },
      { wanted: 'qemu-kvm', name: 'qemu-kvm-ev', version: '2.12.0-33.1.el7', installedAt: 1579250500 },
    ]);
  });

  it('quotes names in its question', () => {
    expect(packageQuery(['a b'])).toContain("'a b'");
  });
});

describe('yum repolist', () => {
  const text = [
    'Loaded plugins: fastestmirror',
    'Loading mirror speeds from cached hostfile',
    ' * base: mirror.test.local',
    'repo id                             repo name                             status',
    '!base/7/x86_64                      CentOS-7 - Base                       10,097',
    'extras/7/x86_64                     CentOS-7 - Extras                        515',
    'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_ added from: http    40+2',
    'repolist: 10,652',
  ].join('\n');

  it('trap: strips arch suffix, age marks and thousands separators', () => {
    expect(parseRepolist(text)).toEqual([
      { id: 'base', packages: 10097 },
      { id: 'extras', packages: 515 },
      { id: 'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_', packages: 40 },
    ]);
  });

  it('finds none in the answer of a yum without repositories', () => {
    expect(parseRepolist('Loaded plugins: fastestmirror\nrepolist: 0\n')).toEqual([]);
    expect(
      parseRepolist(' One of the configured repositories failed (CentOS-7 - Base),\n and yum has no cache'),
    ).toEqual([]);
  });
});

describe('.repo files', () => {
  it.each([
    ['enabled by default', '[a]\nname=A\n', true],
    ['enabled=1', '[a]\nenabled=1\n', true],
    ['as yum-config-manager writes it', '[a]\nenabled = 0\n', false],
    ['a Python boolean', '[a]\nenabled = False\n', false],
  ])('%s', (_case, text, enabled) => {
    expect(parseRepositoryFiles(text).get('a')).toEqual({ enabled });
  });

  it('trap: an unknown id is absent, not disabled; [main] is no repository', () => {
    const repositories = parseRepositoryFiles('[main]\nkeepcache=0\n[b]\nenabled=1\n[c]\nenabled=0\n');
    expect([...repositories.keys()]).toEqual(['b', 'c']);
    expect(repositories.get('a')).toBeUndefined();
  });
});

describe('yum check-update and install', () => {
  it('lists updates and leaves out the section of replaced packages', () => {
    const text = [
      '',
      'kernel.x86_64                  3.10.0-1062.9.1.el7       updates',
      'tzdata.noarch                  2019c-1.el7               updates',
      'Obsoleting Packages',
      'qemu-kvm-ev.x86_64             10:2.12.0-33.1.el7        centos-qemu-ev',
      '    qemu-kvm.x86_64            10:1.5.3-167.el7          @base',
    ].join('\n');
    expect(parseUpdates(text)).toEqual(['kernel-3.10.0-1062.9.1.el7', 'tzdata-2019c-1.el7']);
  });

  it('trap: yum ends with 0 although a name was not found', () => {
    const log = 'No package ovirt-hosted-engine-setup available.\nInstalled:\n  screen.x86_64 0:4.1.0\n\nComplete!\n';
    expect(parseMissingNames(log)).toEqual(['ovirt-hosted-engine-setup']);
    expect(parseMissingNames('Complete!\n')).toEqual([]);
  });
});

describe('firewall-cmd', () => {
  it.each([
    ['running\n', true],
    ['not running\n', false],
    ['failed\n', false],
    ["timeout: failed to run command 'firewall-cmd': No such file or directory\n", false],
  ])('trap: %j', (text, runs) => {
    expect(firewallRuns(text)).toBe(runs);
  });

  it('reads active zones, none, and the newer mark of the default zone', () => {
    expect(parseActiveZones('public\n  interfaces: em1 ovirtmgmt bond1\n')).toEqual(
      new Map([['public', ['em1', 'ovirtmgmt', 'bond1']]]),
    );
    expect(parseActiveZones('public (default)\n  sources: 10.0.0.0/8\n')).toEqual(new Map([['public', []]]));
    expect(parseActiveZones('')).toEqual(new Map());
  });
});
