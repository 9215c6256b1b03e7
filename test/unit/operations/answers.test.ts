import { describe, expect, it } from 'vitest';
import {
  deploymentAnswers,
  passwordProblem,
  renderAnswers,
  secretAnswers,
} from '../../../activities/hosted-engine/answers.ts';
import { macOf } from '../../../activities/hosted-engine/wish.ts';
import { inventoryWith, LUN } from './site.ts';

const params = {
  host: 'host1',
  seen: {
    hostName: 'host1.test.local',
    managementInterface: 'em1',
    gateway: '172.20.32.32',
    dnsServers: ['172.20.32.2', '172.20.32.3', '172.20.32.4', '172.20.32.6'],
    mac: '00:16:3e:01:02:03',
    lun: { wwid: LUN, size: '150G', vendor: 'DELL', product: 'MD38xxf', paths: 2, dm: 'dm-3' },
  },
};

/** hosted-engine.md 3.3: what an unattended deployment on Fibre Channel must find answered, passwords apart. */
const MINIMAL = `CORE/deployProceed CORE/screenProceed CORE/skipTTYCheck NETWORK/gateway NETWORK/bridgeIf
NETWORK/network_test NETWORK/host_name NETWORK/fqdn ENGINE/datacenterName ENGINE/clusterName VM/ovfArchive VM/vmVCpus
VM/vmMemSizeMB VM/vmMACAddr VM/cloudinitInstanceHostName VM/cloudinitInstanceDomainName VM/rootSshPubkey
VM/rootSshAccess VM/applyOpenScapProfile VM/cloudinitVMStaticCIDR VM/cloudinitVMDNS VM/cloudinitVMETCHOSTS
NOTIF/smtpServer NOTIF/smtpPort NOTIF/sourceEmail NOTIF/destEmail STORAGE/domainType STORAGE/LunID STORAGE/imgSizeGB`
  .split(/\s+/)
  .map((key) => `OVEHOSTED_${key}`);

describe('the answers of a deployment', () => {
  it('answer exactly the questions of an unattended run', () => {
    expect(Object.keys(deploymentAnswers(params, inventoryWith())).sort()).toEqual([...MINIMAL].sort());
  });

  it('hold no password', () => {
    const text = renderAnswers(deploymentAnswers(params, inventoryWith()));
    expect(text).not.toMatch(/adminPassword|RootPwd/i);
  });

  it('use the types that the deployment reads: vCPUs and port as text, memory as number', () => {
    expect(deploymentAnswers(params, inventoryWith())).toMatchObject({
      'OVEHOSTED_VM/vmVCpus': 'str:4',
      'OVEHOSTED_VM/vmMemSizeMB': 'int:16384',
      'OVEHOSTED_NOTIF/smtpPort': 'str:25',
      'OVEHOSTED_VM/ovfArchive': 'str:',
      'OVEHOSTED_STORAGE/domainType': 'str:fc',
      'OVEHOSTED_STORAGE/LunID': `str:${LUN}`,
    });
  });

  it('give a static address with its prefix length and at most three name servers', () => {
    expect(deploymentAnswers(params, inventoryWith({ engine: { address: '172.20.32.5/24' } }))).toMatchObject({
      'OVEHOSTED_VM/cloudinitVMStaticCIDR': 'str:172.20.32.5/24',
      'OVEHOSTED_VM/cloudinitVMDNS': 'str:172.20.32.2,172.20.32.3,172.20.32.4',
    });
  });

  it('leave address and name servers to DHCP, written so that it is false', () => {
    const answers = deploymentAnswers(params, inventoryWith());
    expect(answers['OVEHOSTED_VM/cloudinitVMStaticCIDR']).toBe('bool:False');
    expect(answers['OVEHOSTED_VM/cloudinitVMDNS']).toBe('bool:False');
  });

  it('prefer what is asked for over the inventory, and given answers over both', () => {
    const inventory = inventoryWith({
      engine: { vcpus: 8, timeZone: 'Europe/Zurich' },
      notifications: { smtp: { server: 'mail.test.local', from: 'ovirt@test.local', to: 'ops@test.local' } },
    });
    const answers = deploymentAnswers(
      {
        ...params,
        engineFqdn: 'Engine.other.local',
        vcpus: 6,
        answers: { 'OVEHOSTED_VM/vmVCpus': 'str:2', 'OVEHOSTED_CORE/checkRequirements': 'bool:False' },
      },
      inventory,
    );
    expect(answers).toMatchObject({
      'OVEHOSTED_NETWORK/fqdn': 'str:engine.other.local',
      'OVEHOSTED_VM/cloudinitInstanceDomainName': 'str:other.local',
      'OVEHOSTED_VM/cloudinitVMTZ': 'str:Europe/Zurich',
      'OVEHOSTED_VM/vmVCpus': 'str:2',
      'OVEHOSTED_CORE/checkRequirements': 'bool:False',
      'OVEHOSTED_NOTIF/smtpServer': 'str:mail.test.local',
      'OVEHOSTED_NOTIF/destEmail': 'str:ops@test.local',
    });
  });

  it('are written as an INI section, one answer a line', () => {
    expect(renderAnswers({ 'A/b': 'str:c', 'D/e': 'int:1' })).toBe('[environment:default]\nA/b=str:c\nD/e=int:1\n');
  });

  it('carry passwords as they are', () => {
    expect(secretAnswers(`a'b"$c d`, 'e:f=g')).toEqual({
      'OVEHOSTED_ENGINE/adminPassword': `str:a'b"$c d`,
      'OVEHOSTED_VM/cloudinitRootPwd': 'str:e:f=g',
    });
  });
});

describe('passwords that an answer file cannot carry', () => {
  it.each([
    ['', 'is empty'],
    ['a\nb', 'holds a line break'],
    ['a\tb', 'holds a control character'],
    [' ab', 'begins or ends with a blank'],
    ['ab ', 'begins or ends with a blank'],
    ['a ;b', 'holds a blank followed by ";", which an answer file takes for a comment'],
    ['a%b', 'holds "%", which an answer file of oVirt 4.3 takes for a reference'],
  ])('%j %s', (password, problem) => {
    expect(passwordProblem(password, true)).toBe(problem);
  });

  it.each([`a'b"$c d`, 'a;b#c', 'пароль', '#a', 'a=b:c'])('%j is sound', (password) => {
    expect(passwordProblem(password, true)).toBeUndefined();
  });

  it('lets "%" pass where it is read literally', () => {
    expect(passwordProblem('a%b', false)).toBeUndefined();
  });
});

describe('the MAC address of the engine VM', () => {
  it('follows from its name, in the range of Xen and oVirt', () => {
    expect(macOf('ovirt.test.local')).toMatch(/^00:16:3e(:[0-9a-f]{2}){3}$/);
    expect(macOf('ovirt.test.local')).toBe(macOf('ovirt.test.local'));
    expect(macOf('ovirt.test.local')).not.toBe(macOf('other.test.local'));
  });
});
