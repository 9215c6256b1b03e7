/** The systemd package: its commands, and the units that belong to no other package. */
import type { PackageBuild } from '../../types.ts';
import { hostnamectl, loginctl, timedatectl } from './hostname.ts';
import { journalctl } from './journalctl.ts';
import { powerPrograms } from './power.ts';
import { systemdRun } from './run.ts';
import { systemctl } from './systemctl.ts';

export const systemdPackages: readonly PackageBuild[] = [
  {
    package: 'systemd',
    programs: {
      systemctl,
      'systemd-run': systemdRun,
      journalctl,
      hostnamectl,
      timedatectl,
      loginctl,
      ...powerPrograms,
    },
    directories: ['/etc/systemd/system', '/usr/lib/systemd/system'],
  },
];
