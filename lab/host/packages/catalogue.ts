/** The packages of CentOS 7.7 that the lab knows, with the versions of January 2020; one line each. */
import type { PackageOffer } from '../../types.ts';

/** `NAME [EPOCH:]VERSION-RELEASE[.noarch] [REQUIRES…]` */
function offers(text: string): PackageOffer[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', evr = '', ...requires] = line.trim().split(/\s+/);
      const [, epoch = '0', version = '', rest = ''] = /^(?:(\d+):)?([^-]+)-(.+)$/.exec(evr) ?? [];
      const arch = rest.endsWith('.noarch') ? 'noarch' : 'x86_64';
      const release = rest.replace(/\.noarch$/, '');
      const size = 40_000 + ((name.length * 7919) % 900) * 1000;
      return { name, epoch: Number(epoch), version, release, arch, requires, size };
    });
}

/** What anaconda puts on a server with the minimal environment, as far as the lab has a use for it. */
export const minimal: readonly PackageOffer[] = offers(`
bash 4.2.46-33.el7
coreutils 8.22-24.el7
grep 2.20-3.el7
sed 4.2.2-5.el7
gawk 4.0.2-4.el7_3.1
findutils 1:4.5.11-6.el7
diffutils 3.3-5.el7
tar 2:1.26-35.el7
file 5.11-35.el7
gzip 1.5-10.el7
util-linux 2.23.2-61.el7
procps-ng 3.3.10-26.el7
which 2.20-7.el7
sudo 1.8.23-4.el7
hostname 3.13-3.el7
libselinux 2.5-14.1.el7
dmidecode 1:3.2-3.el7
kmod 20-25.el7
binutils 2.27-41.base.el7
glibc 2.17-292.el7
systemd 219-67.el7
rpm 4.11.3-40.el7
yum 3.4.3-163.el7.centos.noarch rpm
yum-plugin-fastestmirror 1.1.31-52.el7.noarch yum
yum-utils 1.1.31-52.el7.noarch yum
centos-release 7-7.1908.0.el7.centos
kernel 3.10.0-1062.el7
openssh-server 7.4p1-21.el7
openssh-clients 7.4p1-21.el7
iproute 4.11.0-25.el7
iputils 20160308-10.el7
iptables 1.4.21-33.el7
iptables-services 1.4.21-33.el7 iptables
firewalld 0.6.3-2.el7.noarch
NetworkManager 1:1.18.0-5.el7
chrony 3.4-1.el7
curl 7.29.0-54.el7
wget 1.14-18.el7_6.1
bind-utils 32:9.11.4-9.P2.el7
lvm2 7:2.02.185-2.el7
device-mapper-multipath 0.4.9-127.el7
openssl 1:1.0.2k-19.el7
python 2.7.5-86.el7
audit 2.8.5-4.el7
rsyslog 8.24.0-38.el7
tuned 2.11.0-5.el7.noarch
cronie 1.4.11-23.el7
`);

export const base: readonly PackageOffer[] = [
  ...minimal,
  ...offers(`
screen 4.1.0-0.25.20120314git3c2946.el7
tmux 1.8-4.el7
socat 1.7.3.2-2.el7
nmap-ncat 2:6.40-19.el7
libvirt-libs 4.5.0-23.el7
libvirt-daemon 4.5.0-23.el7 libvirt-libs
libvirt-daemon-kvm 4.5.0-23.el7 libvirt-daemon qemu-kvm
libvirt-client 4.5.0-23.el7 libvirt-libs
libvirt-python 4.5.0-1.el7 libvirt-libs
libvirt 4.5.0-23.el7 libvirt-daemon libvirt-daemon-kvm libvirt-client
qemu-img 10:1.5.3-167.el7
qemu-kvm 10:1.5.3-167.el7 qemu-img
virt-install 1.5.0-7.el7.noarch libvirt-python
virt-manager 1.5.0-7.el7.noarch virt-install
virt-viewer 5.0-15.el7
virt-top 1.0.8-24.el7
libguestfs 1:1.40.2-5.el7 libvirt-daemon-kvm
libguestfs-tools 1:1.40.2-5.el7.noarch libguestfs
dejavu-lgc-sans-fonts 2.33-6.el7.noarch
python-netaddr 0.7.5-9.el7.noarch
sanlock 3.7.3-1.el7
ntp 4.2.6p5-29.el7.centos
sg3_utils 1:1.37-18.el7_7.1
fence-agents-common 4.2.1-24.el7
fence-agents-drac5 4.2.1-24.el7 fence-agents-common
fence-agents-ipmilan 4.2.1-24.el7 fence-agents-common ipmitool
fence-agents-all 4.2.1-24.el7 fence-agents-common fence-agents-drac5 fence-agents-ipmilan
ipmitool 1.8.18-7.el7
nfs-utils 1:1.3.0-0.65.el7
iscsi-initiator-utils 6.2.0.874-11.el7
kexec-tools 2.0.15-33.el7
vim-enhanced 2:7.4.629-6.el7
`),
];

export const updates: readonly PackageOffer[] = offers(`
kernel 3.10.0-1062.9.1.el7
libvirt-libs 4.5.0-23.el7_7.3
libvirt-daemon 4.5.0-23.el7_7.3 libvirt-libs
libvirt-daemon-kvm 4.5.0-23.el7_7.3 libvirt-daemon qemu-kvm
libvirt-client 4.5.0-23.el7_7.3 libvirt-libs
libvirt 4.5.0-23.el7_7.3 libvirt-daemon libvirt-daemon-kvm libvirt-client
qemu-img 10:1.5.3-167.el7_7.4
qemu-kvm 10:1.5.3-167.el7_7.4 qemu-img
sudo 1.8.23-4.el7_7.1
systemd 219-67.el7_7.2
bind-utils 32:9.11.4-9.P2.el7_7.1
curl 7.29.0-54.el7_7.1
iproute 4.11.0-25.el7_7.2
lvm2 7:2.02.185-2.el7_7.2
`);

export const extras: readonly PackageOffer[] = offers(`
epel-release 7-11.noarch
centos-release-qemu-ev 1.0-4.el7.centos.noarch centos-release-virt-common
centos-release-virt-common 1-1.el7.centos.noarch
ansible 2.4.2.0-2.el7.noarch
`);

export const epel: readonly PackageOffer[] = offers(`
epel-release 7-12.noarch
ansible 2.9.2-1.el7.noarch python2-jmespath
python2-jmespath 0.9.4-1.el7.noarch
htop 2.2.0-3.el7
`);

const replaced: Readonly<Record<string, readonly string[]>> = {
  'qemu-kvm-ev': ['qemu-kvm'],
  'qemu-img-ev': ['qemu-img'],
};

/** The virtualisation group's rebuild of qemu-kvm-rhev; it takes the place of the plain packages. */
export const qemuEv: readonly PackageOffer[] = offers(`
qemu-img-ev 10:2.12.0-33.1.el7_7.4
qemu-kvm-ev 10:2.12.0-33.1.el7_7.4 qemu-img-ev
`).map((offer) => ({
  ...offer,
  provides: replaced[offer.name] ?? [],
  obsoletes: replaced[offer.name] ?? [],
}));
