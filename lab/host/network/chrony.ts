/** chronyd, chronyc and ntpstat. */
import type { Command, PackageBuild } from '../../types.ts';
import { formatDate } from '../base/dates.ts';
import { daemon, unitFile } from '../daemon.ts';

const chronyc: Command = async (ctx) => {
  const words = ctx.args.filter((arg) => !arg.startsWith('-'));
  const csv = ctx.args.some((arg) => /^-\w*c/.test(arg));
  const { host } = ctx;
  if (!host.units.isActive('chronyd')) {
    ctx.out('506 Cannot talk to daemon\n');
    return 1;
  }
  const synchronised = host.ntp.synchronised;
  const offset = Math.abs(host.clockSkew) + 0.000466082;
  const side = host.clockSkew < 0 ? 'slow' : 'fast';
  switch (words[0]) {
    case 'tracking': {
      if (csv) {
        ctx.out(
          synchronised
            ? `AC142020,172.20.32.32,3,${Math.floor(host.date().getTime() / 1000)}.000000000,${(-offset).toFixed(9)},0.000668030,0.000668030,0.629,0.789,140.169,0.045167409,0.009137428,64.3,Normal\n`
            : '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n',
        );
        return 0;
      }
      const rows: [string, string][] = synchronised
        ? [
            ['Reference ID', 'AC142020 (172.20.32.32)'],
            ['Stratum', '3'],
            ['Ref time (UTC)', formatDate(host.date(), '%a %b %d %T %Y')],
            ['System time', `${offset.toFixed(9)} seconds ${side} of NTP time`],
            ['Last offset', '+0.000668030 seconds'],
            ['RMS offset', '0.000668030 seconds'],
            ['Frequency', '0.629 ppm fast'],
            ['Residual freq', '+0.789 ppm'],
            ['Skew', '140.169 ppm'],
            ['Root delay', '0.045167409 seconds'],
            ['Root dispersion', '0.009137428 seconds'],
            ['Update interval', '64.3 seconds'],
            ['Leap status', 'Normal'],
          ]
        : [
            ['Reference ID', '00000000 ()'],
            ['Stratum', '0'],
            ['Ref time (UTC)', 'Thu Jan 01 00:00:00 1970'],
            ['System time', '0.000000000 seconds fast of NTP time'],
            ['Last offset', '+0.000000000 seconds'],
            ['RMS offset', '0.000000000 seconds'],
            ['Frequency', '0.629 ppm fast'],
            ['Residual freq', '+0.000 ppm'],
            ['Skew', '0.000 ppm'],
            ['Root delay', '1.000000000 seconds'],
            ['Root dispersion', '1.000000000 seconds'],
            ['Update interval', '0.0 seconds'],
            ['Leap status', 'Not synchronised'],
          ];
      for (const [label, value] of rows) ctx.out(`${label.padEnd(15)} : ${value}\n`);
      return 0;
    }
    case 'sources':
      ctx.out(
        `210 Number of sources = 1\nMS Name/IP address         Stratum Poll Reach LastRx Last sample               \n===============================================================================\n^${synchronised ? '*' : '?'} 172.20.32.32                  2   6   ${synchronised ? '377' : '  0'}    42   +466us[+1134us] +/-   32ms\n`,
      );
      return 0;
    case 'makestep':
      host.clockSkew = 0;
      host.ntp.synchronised = true;
      ctx.changed('clock stepped');
      ctx.out('200 OK\n');
      return 0;
    case 'waitsync':
      ctx.out(`try: 1, refid: ${synchronised ? 'AC142020' : '00000000'}, correction: 0.000466082, skew: 140.169\n`);
      return synchronised ? 0 : 1;
    default:
      ctx.out('Unrecognized command\n');
      return 1;
  }
};

const ntpstat: Command = async (ctx) => {
  if (!ctx.host.units.isActive('ntpd')) {
    ctx.err('Unable to talk to NTP daemon. Is it running?\n');
    return 2;
  }
  if (!ctx.host.ntp.synchronised) {
    ctx.out('unsynchronised\n  time server re-starting\n   polling server every 64 s\n');
    return 1;
  }
  ctx.out(
    'synchronised to NTP server (172.20.32.32) at stratum 3\n   time correct to within 91 ms\n   polling server every 1024 s\n',
  );
  return 0;
};

export const timePackages: readonly PackageBuild[] = [
  {
    package: 'chrony',
    programs: { chronyc, '/usr/sbin/chronyd': daemon(0.3) },
    units: {
      'chronyd.service': unitFile('NTP client/server', '/usr/sbin/chronyd', {
        unit: 'Conflicts=ntpd.service systemd-timesyncd.service\n',
      }),
    },
    enabledByPreset: ['chronyd.service'],
  },
  {
    package: 'ntp',
    programs: { ntpstat, '/usr/sbin/ntpd': daemon(0.3) },
    units: { 'ntpd.service': unitFile('Network Time Service', '/usr/sbin/ntpd -u ntp:ntp -g') },
  },
];
