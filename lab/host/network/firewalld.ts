/** firewalld 0.6: the daemon and firewall-cmd with its exit codes. */
import type { Command, CommandContext, FirewallZone, PackageBuild } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { daemon } from '../daemon.ts';

function block(name: string, zone: FirewallZone, active: boolean): string {
  return `${name}${active ? ' (active)' : ''}\n  target: default\n  icmp-block-inversion: no\n  interfaces: ${[...zone.interfaces].join(' ')}\n  sources: \n  services: ${[...zone.services].join(' ')}\n  ports: ${[...zone.ports].join(' ')}\n  protocols: \n  masquerade: no\n  forward-ports: \n  source-ports: \n  icmp-blocks: \n  rich rules: \n\t\n`;
}

const flags = [
  'state',
  'reload',
  'complete-reload',
  'permanent',
  'get-default-zone',
  'get-active-zones',
  'get-zones',
  'get-services',
  'list-all',
  'list-all-zones',
  'list-services',
  'list-ports',
  'list-interfaces',
  'runtime-to-permanent',
  'version',
  'quiet',
  'zone=',
  'set-default-zone=',
  'add-service=',
  'remove-service=',
  'query-service=',
  'add-port=',
  'remove-port=',
  'query-port=',
  'add-interface=',
  'remove-interface=',
  'change-interface=',
  'get-zone-of-interface=',
  'query-interface=',
  'timeout=',
];

const firewallCmd: Command = async (ctx) => {
  const { options, has, value, unknown } = parseOptions(ctx.args, 'qhV', flags);
  const { host } = ctx;
  const fail = (code: number, text: string): number => {
    ctx.err(`${text}\n`);
    return code;
  };
  if (unknown !== undefined)
    return fail(2, `usage: see firewall-cmd man page\nfirewall-cmd: error: unrecognized arguments: ${unknown}`);
  const unit = host.units.status('firewalld');
  if (has('state')) {
    if (unit.activeState === 'active') {
      ctx.out('running\n');
      return 0;
    }
    return unit.activeState === 'failed' ? fail(251, 'failed') : fail(252, 'not running');
  }
  if (unit.activeState !== 'active') return fail(252, 'FirewallD is not running');
  if (ctx.user !== 'root')
    return fail(
      253,
      'Authorization failed.\n    Make sure polkit agent is running or run the application as superuser.',
    );
  const { firewalld } = host;
  if (has('get-default-zone')) return say(ctx, firewalld.defaultZone);
  if (has('get-zones')) return say(ctx, [...firewalld.runtime.keys()].sort().join(' '));
  if (has('get-services'))
    return say(
      ctx,
      'amanda-client dhcpv6-client dns http https libvirt libvirt-tls mdns ovirt-imageio ovirt-storageconsole ovirt-vmconsole samba-client ssh vdsm',
    );
  if (has('get-active-zones')) {
    for (const [name, zone] of firewalld.runtime)
      if (zone.interfaces.size > 0) ctx.out(`${name}\n  interfaces: ${[...zone.interfaces].join(' ')}\n`);
    return 0;
  }
  if (has('reload', 'complete-reload')) {
    firewalld.reload();
    ctx.changed('firewalld reload');
    return say(ctx, 'success');
  }
  if (has('version')) return say(ctx, '0.6.3');
  const zoneName = value('zone') ?? firewalld.defaultZone;
  const permanent = has('permanent');
  const zones = permanent ? firewalld.permanent : firewalld.runtime;
  const wantedDefault = value('set-default-zone');
  if (wantedDefault !== undefined) {
    if (!zones.has(wantedDefault)) return fail(112, `Error: INVALID_ZONE: ${wantedDefault}`);
    firewalld.defaultZone = wantedDefault;
    firewalld.reload();
    ctx.changed('firewalld default zone');
    return say(ctx, 'success');
  }
  const owner = value('get-zone-of-interface');
  if (owner !== undefined) {
    const found = [...zones].find(([, zone]) => zone.interfaces.has(owner));
    return found ? say(ctx, found[0]) : fail(2, 'no zone');
  }
  const zone = zones.get(zoneName);
  if (!zone) return fail(112, `Error: INVALID_ZONE: ${zoneName}`);
  if (has('list-all')) ctx.out(block(zoneName, zone, !permanent && zone.interfaces.size > 0));
  if (has('list-all-zones')) for (const [name, one] of zones) ctx.out(`${block(name, one, one.interfaces.size > 0)}\n`);
  if (has('list-services')) return say(ctx, [...zone.services].join(' '));
  if (has('list-ports')) return say(ctx, [...zone.ports].join(' '));
  if (has('list-interfaces')) return say(ctx, [...zone.interfaces].join(' '));
  if (has('runtime-to-permanent')) {
    for (const [name, one] of firewalld.runtime)
      firewalld.permanent.set(name, {
        interfaces: new Set(one.interfaces),
        services: new Set(one.services),
        ports: new Set(one.ports),
      });
    ctx.changed('firewalld runtime to permanent');
    return say(ctx, 'success');
  }
  return change(ctx, zone, zones, options);
};

function say(ctx: CommandContext, text: string): number {
  ctx.out(`${text}\n`);
  return 0;
}

function change(
  ctx: CommandContext,
  zone: FirewallZone,
  zones: ReadonlyMap<string, FirewallZone>,
  options: ReadonlyMap<string, string[]>,
): number {
  const sets = { service: zone.services, port: zone.ports, interface: zone.interfaces };
  for (const [option, values] of options)
    for (const value of values) {
      const [, verb = '', kind = ''] = /^(add|remove|query|change)-(service|port|interface)$/.exec(option) ?? [];
      const set = sets[kind as keyof typeof sets];
      if (verb === '' || !set) continue;
      if (kind === 'port' && !/^\d+(-\d+)?\/(tcp|udp|sctp|dccp)$/.test(value)) {
        ctx.err(`Error: ${value.includes('/') ? `INVALID_PORT: ${value}` : 'MISSING_PROTOCOL'}\n`);
        return value.includes('/') ? 102 : 103;
      }
      if (verb === 'query') {
        ctx.out(set.has(value) ? 'yes\n' : 'no\n');
        return set.has(value) ? 0 : 1;
      }
      if (verb === 'remove') {
        if (!set.delete(value)) ctx.err(`Warning: NOT_ENABLED: ${value}\n`);
      } else {
        if (verb === 'add' && set.has(value)) ctx.err(`Warning: ALREADY_ENABLED: ${value}\n`);
        if (kind === 'interface') for (const other of zones.values()) other.interfaces.delete(value);
        set.add(value);
      }
      ctx.changed(`firewalld ${option}=${value}`);
      ctx.out('success\n');
    }
  return 0;
}

const unit = `[Unit]
Description=firewalld - dynamic firewall daemon
Before=network-pre.target
Wants=network-pre.target
After=dbus.service
Conflicts=iptables.service ip6tables.service ebtables.service ipset.service
Documentation=man:firewalld(1)

[Service]
Type=dbus
ExecStart=/usr/sbin/firewalld --nofork --nopid
BusName=org.fedoraproject.FirewallD1

[Install]
WantedBy=multi-user.target
Alias=dbus-org.fedoraproject.FirewallD1.service
`;

export const firewallPackages: readonly PackageBuild[] = [
  {
    package: 'firewalld',
    programs: {
      'firewall-cmd': firewallCmd,
      '/usr/sbin/firewalld': async (ctx) => {
        await ctx.sleep(1.2);
        ctx.host.firewalld.reload();
        return daemon(0)(ctx);
      },
    },
    units: { 'firewalld.service': unit },
    enabledByPreset: ['firewalld.service'],
  },
  {
    package: 'iptables-services',
    programs: { '/usr/libexec/iptables/iptables.init': async () => 0 },
    units: {
      'iptables.service':
        '[Unit]\nDescription=IPv4 firewall with iptables\nAfter=syslog.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/libexec/iptables/iptables.init start\nExecStop=/usr/libexec/iptables/iptables.init stop\n\n[Install]\nWantedBy=basic.target\n',
    },
  },
  {
    package: 'iptables',
    programs: {
      '/usr/sbin/iptables': async (ctx) => {
        if (ctx.user !== 'root') {
          ctx.err("iptables v1.4.21: can't initialize iptables table `filter': Permission denied (you must be root)\n");
          return 4;
        }
        ctx.out('Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \n');
        return 0;
      },
    },
  },
];
