import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../../inventory/load.ts';
import { problemsOf, SMALL } from './problems-of.ts';

describe('what the datacentre is to contain', () => {
  const NETWORK = '{ name: vlan432, vlan: 432, interface: bond1 }';
  const VM = '{ name: vm1, disk: { sizeGiB: 11, domain: data1 }, networks: [vlan432] }';
  const DOMAIN = '{ name: data1, lun: 3600a098000e4b4b3000003175cec1840 }';
  const wished = (fields: { domain?: string; networks?: string; isos?: string; vms?: string }) => {
    const { domain = DOMAIN, networks = NETWORK, isos = '', vms = VM } = fields;
    return `${SMALL}  dataDomains: [${domain}]\nnetworks: [${networks}]\nisos: [${isos}]\nvms: [${vms}]\n`;
  };

  it('is nothing by default', () => {
    const { inventory } = parseInventory(SMALL, 'f');
    expect(inventory).toMatchObject({ storage: { dataDomains: [] }, cluster: {}, networks: [], isos: [], vms: [] });
  });

  it('gets its defaults', () => {
    const { inventory } = parseInventory(wished({}), 'f');
    expect(inventory.storage.dataDomains).toEqual([
      { name: 'data1', type: 'fc', lun: '3600a098000e4b4b3000003175cec1840' },
    ]);
    expect(inventory.networks[0]).toMatchObject({ mtu: 1500, vmNetwork: true, required: false });
    expect(inventory.vms[0]).toMatchObject({ memoryMiB: 2048, vcpus: 2, disk: { format: 'thin' }, console: 'vnc' });
  });

  it('may lie in the domain and the network that every deployment makes', () => {
    const vms = VM.replace('data1', 'hosted_storage').replace('vlan432', 'ovirtmgmt');
    expect(problemsOf(wished({ vms }))).toEqual([]);
  });

  it.each<[Parameters<typeof wished>[0], string]>([
    [
      { domain: '{ name: data1, type: nfs, address: nas.test.local }' },
      'f:15: storage.dataDomains[0].path is missing; it must be given with type nfs.',
    ],
    [
      { domain: '{ name: data1, type: nfs, address: nas.test.local, path: /data, nfsVersion: 4.1 }' },
      'f:15: storage.dataDomains[0].nfsVersion is 4.1, but must be auto, v3, v4, v4_1 or v4_2.',
    ],
    [
      { domain: '{ name: data1, type: nfs, address: nas.test.local, path: /data, mountOptions: "noatime,vers=3" }' },
      'f:15: storage.dataDomains[0].mountOptions is "noatime,vers=3", but may not name timeo, retrans, vfs_type, protocol_version, nfsvers, vers, minorversion, addr, clientaddr, which oVirt sets itself.',
    ],
    [
      { domain: DOMAIN.replace('}', ', port: 3261 }') },
      'f:15: storage.dataDomains[0].port is 3261, but must be left out with type fc.',
    ],
    [
      {
        domain:
          '{ name: data1, type: iscsi, address: 10.0.0.5, target: "iqn.2019-11.com.example:a", lun: "36001405f3c1d2a4b5e64f0a9c8d7e6f5", otherPortals: [{ address: 10.0.0.6 }, { address: 10.0.0.5, port: 3260 }] }',
      },
      'f:15: storage.dataDomains[0].otherPortals[1].address is "10.0.0.5", but must be a portal that the domain does not have yet.',
    ],
    [
      { networks: NETWORK.replace('vlan: 432', 'vlan: 4095') },
      'f:16: networks[0].vlan is 4095, but must be a VLAN id between 1 and 4094.',
    ],
    [
      { vms: VM.replace('domain: data1', 'domain: data2') },
      'f:18: vms[0].disk.domain names the storage domain "data2", which this file does not describe (did you mean data1?); described are data1, hosted_storage.',
    ],
    [
      { vms: VM.replace('[vlan432]', '[vlan433]') },
      'f:18: vms[0].networks[0] names the network "vlan433", which this file does not describe (did you mean vlan432?); described are vlan432, ovirtmgmt.',
    ],
    [
      { vms: VM.replace('name: vm1', 'name: vm1, iso: a.iso') },
      'f:18: vms[0].iso names the image "a.iso", which this file does not describe; none is described.',
    ],
    [{ vms: `${VM}, ${VM}` }, 'f:18: vms[1].name is vm1, which vms[0] in line 18 has already; each VM needs its own.'],
  ])('%j → %s', (fields, sentence) => {
    expect(problemsOf(wished(fields))).toEqual([sentence]);
  });

  it('calls an image without a name as its file', () => {
    const fields = {
      isos: '{ file: images/a.iso, domain: data1 }',
      vms: VM.replace('name: vm1', 'name: vm1, iso: a.iso'),
    };
    expect(problemsOf(wished(fields))).toEqual([]);
  });
});
