import type { Diagnosis } from './diagnosis.ts';

export const mdClear: Diagnosis = {
  id: 'md-clear',
  title: 'libvirt does not know the CPU feature md-clear',
  symptom: [/unsupported configuration: unknown CPU feature: md-clear/],
  cause:
    'The libvirt on the host is older than the mitigation of the MDS flaw in its CPU, so it cannot define a VM that asks for md-clear.',
  fix: 'Disable the repository libvirt-latest, install centos-release-qemu-ev, update the host, install KVM again and restart libvirtd.',
  fixBy: 'md-clear',
  source: 'article, section 2; virsh domcapabilities of libvirt 4.5.0-10.el7_6.12 lists md-clear',
};
