import { imageioDaemon } from '../../imageio/daemon.ts';
import type { Command, PackageBuild } from '../../types.ts';
import { sanlock } from './sanlock.ts';

/** A daemon that only has to be there: it becomes ready and waits for its end. */
const daemon =
  (startSeconds: number): Command =>
  async (ctx) => {
    await ctx.sleep(startSeconds);
    ctx.ready();
    return ctx.untilSignalled();
  };

const unit = (description: string, exec: string, lines: { unit?: string; service?: string } = {}): string =>
  `[Unit]\nDescription=${description}\n${lines.unit ?? ''}\n[Service]\nType=notify\nExecStart=${exec}\n${lines.service ?? ''}\n[Install]\nWantedBy=multi-user.target\n`;

/** vdsm and what it stands on: the host's side of oVirt without the hosted engine. */
export const daemons: readonly PackageBuild[] = [
  {
    package: 'vdsm',
    directories: ['/etc/vdsm', '/etc/pki/vdsm/certs', '/etc/pki/vdsm/keys', '/var/lib/vdsm', '/var/log/vdsm'],
    programs: {
      '/usr/share/vdsm/vdsmd': daemon(3),
      '/usr/share/vdsm/supervdsmd': daemon(1),
    },
    units: {
      'vdsmd.service': unit('Virtual Desktop Server Manager', '/usr/share/vdsm/vdsmd', {
        unit: 'Requires=supervdsmd.service libvirtd.service\nWants=sanlock.service mom-vdsm.service ovirt-imageio-daemon.service\nAfter=libvirtd.service sanlock.service\n',
        service: 'Restart=always\nRestartSec=3\n',
      }),
      'supervdsmd.service': unit(
        'Auxiliary vdsm service for running helper functions as root',
        '/usr/share/vdsm/supervdsmd',
      ),
    },
  },
  {
    package: 'mom',
    programs: { '/usr/sbin/momd': daemon(0.5) },
    units: { 'mom-vdsm.service': unit('MOM instance configured for VDSM purposes', '/usr/sbin/momd') },
  },
  {
    package: 'ovirt-imageio-daemon',
    programs: { '/usr/bin/ovirt-imageio-daemon': imageioDaemon },
    units: {
      'ovirt-imageio-daemon.service': unit('oVirt ImageIO Daemon', '/usr/bin/ovirt-imageio-daemon', {
        unit: 'ConditionPathExists=/etc/pki/vdsm/certs/vdsmcert.pem\nAfter=vdsmd.service\n',
        service: 'User=vdsm\nGroup=kvm\nRestart=always\n',
      }),
    },
  },
  {
    package: 'sanlock',
    programs: {
      '/usr/sbin/sanlock': sanlock,
      '/usr/sbin/wdmd': daemon(0.5),
    },
    units: {
      'sanlock.service': unit('Shared Storage Lease Manager', '/usr/sbin/sanlock daemon', {
        unit: 'Wants=wdmd.service\nAfter=wdmd.service\n',
      }),
      'wdmd.service': unit('Watchdog Multiplexing Daemon', '/usr/sbin/wdmd'),
    },
  },
];
