import type { Deployment } from './deploy/deployment.ts';
import { ctime } from './ha/metadata.ts';
import { uuid } from './ids.ts';
import type { HostedVolumes } from './storage.ts';

/** hosted-engine.conf for one host: everything is shared but `host_id`. */
export function hostedEngineConfText(d: Deployment, v: HostedVolumes, hostId: number): string {
  const test = d.text('NETWORK/network_test');
  const lines: [string, string | number][] = [
    ['fqdn', d.fqdn],
    ['vm_disk_id', v.disk.id],
    ['vm_disk_vol_id', v.disk.image],
    ['vmid', v.vm],
    ['storage', 'None'],
    ['nfs_version', 'auto'],
    ['mnt_options', ''],
    ['conf', '/var/run/ovirt-hosted-engine-ha/vm.conf'],
    ['host_id', hostId],
    ['console', 'vnc'],
    ['domainType', d.text('STORAGE/domainType')],
    ['spUUID', '00000000-0000-0000-0000-000000000000'],
    ['sdUUID', v.domain],
    ['connectionUUID', 'e29cf818-5ee5-46e1-85c1-8aeefa33e95d'],
    ['ca_cert', '/etc/pki/vdsm/libvirt-spice/ca-cert.pem'],
    ['ca_subject', '"C=EN, L=Test, O=Test, CN=Test"'],
    ['vdsm_use_ssl', 'true'],
    ['gateway', d.text('NETWORK/gateway')],
    ['bridge', 'ovirtmgmt'],
    ['network_test', test],
    ['tcp_t_address', test === 'tcp' ? d.text('NETWORK/network_test_tcp_address') : ''],
    ['tcp_t_port', test === 'tcp' ? d.text('NETWORK/network_test_tcp_port') : ''],
    ['metadata_volume_UUID', v.metadata.image],
    ['metadata_image_UUID', v.metadata.id],
    ['lockspace_volume_UUID', v.lockspace.image],
    ['lockspace_image_UUID', v.lockspace.id],
    ['conf_volume_UUID', v.conf.image],
    ['conf_image_UUID', v.conf.id],
  ];
  const iscsi = ['iqn', 'portal', 'user', 'password', 'port'].map((key) => `${key}=`);
  return `${lines.map(([key, value]) => `${key}=${value}`).join('\n')}\n\n# The following are used only for iSCSI storage\n${iscsi.join('\n')}\n`;
}

/** vm.conf as the deployment leaves it on the shared storage. */
export function vmConfText(d: Deployment, v: HostedVolumes): string {
  const disk = `volumeID:${v.disk.image},imageID:${v.disk.id},domainID:${v.domain},deviceId:${v.disk.image}`;
  return [
    '# Editing the hosted engine VM is only possible via the manager UI\\API',
    `# This file was generated at ${ctime(d.host.date().getTime())}`,
    '',
    `vmId=${v.vm}`,
    `memSize=${d.text('VM/vmMemSizeMB')}`,
    'display=vnc',
    `devices={index:0,iface:virtio,format:raw,${disk},device:disk,shared:exclusive,type:disk,bootOrder:1}`,
    'devices={device:scsi,model:virtio-scsi,type:controller}',
    `devices={nicModel:pv,macAddr:${d.text('VM/vmMACAddr')},linkActive:true,network:ovirtmgmt,deviceId:${uuid(d.lab)},device:bridge,type:interface}`,
    'devices={device:console,type:console}',
    'devices={device:vga,alias:video0,type:video}',
    'devices={device:vnc,type:graphics}',
    'vmName=HostedEngine',
    `smp=${d.text('VM/vmVCpus')}`,
    `maxVCpus=${d.host.cpu.count}`,
    'emulatedMachine=pc-i440fx-rhel7.6.0',
    'devices={device:virtio,specParams:{source:urandom},model:virtio,type:rng}',
    '',
  ].join('\n');
}

export function brokerConfText(d: Deployment): string {
  return `[email]\nsmtp-server = ${d.text('NOTIF/smtpServer')}\nsmtp-port = ${d.text('NOTIF/smtpPort')}\nsource-email = ${d.text('NOTIF/sourceEmail')}\ndestination-emails = ${d.text('NOTIF/destEmail')}\n\n[notify]\nstate_transition = maintenance|start|stop|migrate|up|down\n`;
}
