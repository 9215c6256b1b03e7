/** virsh 4.5: domain capabilities, domains, networks and pools of the host. */
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';

function refuse(ctx: CommandContext, text: string): number {
  ctx.err(`error: ${text}\n`);
  return 1;
}

function domainCapabilities(ctx: CommandContext, readOnly: boolean): number {
  // The fix of CVE-2019-10167 closed this call to read-only connections.
  if (readOnly) return refuse(ctx, 'operation forbidden: read only access prevents virConnectGetDomainCapabilities');
  const features = ctx.host.libvirt
    .requiredFeatures()
    .map((name) => `      <feature policy='require' name='${name}'/>\n`);
  ctx.out(`<domainCapabilities>
  <path>/usr/libexec/qemu-kvm</path>
  <domain>kvm</domain>
  <machine>pc-i440fx-rhel7.6.0</machine>
  <arch>x86_64</arch>
  <vcpu max='240'/>
  <iothreads supported='yes'/>
  <cpu>
    <mode name='host-passthrough' supported='yes'/>
    <mode name='host-model' supported='yes'>
      <model fallback='forbid'>Skylake-Server-IBRS</model>
      <vendor>Intel</vendor>
${features.join('')}    </mode>
    <mode name='custom' supported='yes'>
      <model usable='yes'>Skylake-Server-IBRS</model>
      <model usable='yes'>Broadwell</model>
    </mode>
  </cpu>
</domainCapabilities>
`);
  return 0;
}

function list(ctx: CommandContext, has: (...names: string[]) => boolean): number {
  const all = [...ctx.host.libvirt.domains.values()].filter(
    (one) => has('all') || (has('inactive') ? one.state === 'shut off' : one.state !== 'shut off'),
  );
  if (has('name')) {
    ctx.out(`${all.map((one) => `${one.name}\n`).join('')}\n`);
    return 0;
  }
  ctx.out(' Id    Name                           State\n----------------------------------------------------\n');
  for (const one of all)
    ctx.out(` ${(one.id < 0 ? '-' : String(one.id)).padEnd(5)} ${one.name.padEnd(30)} ${one.state}\n`);
  ctx.out('\n');
  return 0;
}

type Verb = (ctx: CommandContext, name: string, words: readonly string[]) => number;

const onDomain: Readonly<Record<string, Verb>> = {
  domstate: (ctx, name) => {
    ctx.out(`${ctx.host.libvirt.domains.get(name)?.state}\n\n`);
    return 0;
  },
  dominfo: (ctx, name) => {
    const one = ctx.host.libvirt.domains.get(name);
    ctx.out(
      `Id:             ${(one?.id ?? -1) < 0 ? '-' : one?.id}\nName:           ${name}\nUUID:           ${one?.uuid}\nOS Type:        hvm\nState:          ${one?.state}\nCPU(s):         ${one?.vcpus}\nMax memory:     ${Math.floor((one?.memory ?? 0) / 1024)} KiB\n\n`,
    );
    return 0;
  },
  domuuid: (ctx, name) => {
    ctx.out(`${ctx.host.libvirt.domains.get(name)?.uuid}\n\n`);
    return 0;
  },
  destroy: (ctx, name) => {
    if (ctx.host.libvirt.domains.get(name)?.state === 'shut off')
      return refuse(
        ctx,
        `Failed to destroy domain ${name}\nerror: Requested operation is not valid: domain is not running`,
      );
    ctx.host.libvirt.stop(name, 'destroy');
    ctx.changed(`destroyed ${name}`);
    ctx.out(`Domain ${name} destroyed\n\n`);
    return 0;
  },
  undefine: (ctx, name) => {
    const one = ctx.host.libvirt.domains.get(name);
    if (one && !one.persistent)
      return refuse(
        ctx,
        `Failed to undefine domain ${name}\nerror: Requested operation is not valid: cannot undefine transient domain`,
      );
    if (one && one.state !== 'shut off') one.persistent = false;
    else ctx.host.libvirt.domains.delete(name);
    ctx.changed(`undefined ${name}`);
    ctx.out(`Domain ${name} has been undefined\n\n`);
    return 0;
  },
  shutdown: (ctx, name) => {
    ctx.host.libvirt.stop(name, 'shutdown');
    ctx.changed(`shutdown of ${name}`);
    ctx.out(`Domain ${name} is being shutdown\n\n`);
    return 0;
  },
};

function pools(ctx: CommandContext, verb: string, name: string | undefined): number {
  const { pools: known } = ctx.host.libvirt;
  if (verb === 'pool-list') {
    ctx.out(' Name                 State      Autostart \n-------------------------------------------\n');
    for (const pool of known.values())
      ctx.out(` ${pool.name.padEnd(20)} ${(pool.active ? 'active' : 'inactive').padEnd(10)} no        \n`);
    ctx.out('\n');
    return 0;
  }
  const pool = known.get(name ?? '');
  if (!pool)
    return refuse(
      ctx,
      `failed to get pool '${name}'\nerror: Storage pool not found: no storage pool with matching name '${name}'`,
    );
  if (verb === 'pool-destroy') pool.active = false;
  else if (verb === 'pool-undefine') known.delete(pool.name);
  ctx.changed(`${verb} ${pool.name}`);
  ctx.out(verb === 'pool-destroy' ? `Pool ${pool.name} destroyed\n\n` : `Pool ${pool.name} has been undefined\n\n`);
  return 0;
}

function networks(ctx: CommandContext, verb: string, name: string | undefined): number {
  const { networks: known } = ctx.host.libvirt;
  if (verb === 'net-list') {
    ctx.out(
      ' Name                 State      Autostart     Persistent\n----------------------------------------------------------\n',
    );
    for (const one of known.values())
      ctx.out(
        ` ${one.name.padEnd(20)} ${(one.active ? 'active' : 'inactive').padEnd(10)} ${(one.autostart ? 'yes' : 'no').padEnd(13)} yes\n`,
      );
    ctx.out('\n');
    return 0;
  }
  const one = known.get(name ?? '');
  if (!one)
    return refuse(
      ctx,
      `failed to get network '${name}'\nerror: Network not found: no network with matching name '${name}'`,
    );
  if (verb === 'net-destroy') one.active = false;
  if (verb === 'net-start') one.active = true;
  if (verb === 'net-undefine') known.delete(one.name);
  ctx.changed(`${verb} ${one.name}`);
  ctx.out(
    `Network ${one.name} ${verb === 'net-destroy' ? 'destroyed' : verb === 'net-start' ? 'started' : 'has been undefined'}\n\n`,
  );
  return 0;
}

export const virsh: Command = async (ctx) => {
  const { operands, has, value } = parseOptions(ctx.args, 'rc:qv', [
    'readonly',
    'connect=',
    'all',
    'inactive',
    'name',
    'version',
    'nvram',
    'managed-save',
    'snapshots-metadata',
    'domain=',
    'pool=',
    'network=',
    'virttype=',
    'graceful',
    'remove-all-storage',
  ]);
  const [verb = '', given] = operands;
  const name = given ?? value('domain') ?? value('pool') ?? value('network');
  const readOnly = has('r', 'readonly');
  if (verb === 'version' || has('version')) {
    ctx.out(`Compiled against library: libvirt ${ctx.host.packages.get('libvirt-client')?.version}\n`);
    return 0;
  }
  if (!ctx.host.units.isActive('libvirtd'))
    return refuse(
      ctx,
      `failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock${readOnly ? '-ro' : ''}': No such file or directory`,
    );
  if (ctx.host.libvirt.sasl && !readOnly && !(value('c', 'connect') ?? '').includes('authfile=')) {
    ctx.out('Please enter your authentication name: ');
    if ((await ctx.stdin.line()) === undefined)
      return refuse(
        ctx,
        'failed to connect to the hypervisor\nerror: authentication failed: Failed to collect auth credentials',
      );
    return refuse(ctx, 'failed to connect to the hypervisor\nerror: authentication failed: authentication failed');
  }
  if (verb === 'domcapabilities') return domainCapabilities(ctx, readOnly);
  if (verb === 'list') return list(ctx, has);
  if (verb === 'capabilities' || verb === 'nodeinfo') {
    ctx.out(`CPU model:           x86_64\nCPU(s):              ${ctx.host.cpu.count}\n\n`);
    return 0;
  }
  if (verb.startsWith('pool-')) return pools(ctx, verb, name);
  if (verb.startsWith('net-')) return networks(ctx, verb, name);
  const act = onDomain[verb];
  if (!act) return refuse(ctx, `unknown command: '${verb}'`);
  if (name === undefined) return refuse(ctx, `command '${verb}' requires <domain> option`);
  const domain = [...ctx.host.libvirt.domains.values()].find(
    (one) => one.name === name || one.uuid === name || String(one.id) === name,
  );
  if (!domain)
    return refuse(
      ctx,
      `failed to get domain '${name}'\nerror: Domain not found: no domain with matching name '${name}'`,
    );
  if (readOnly && !verb.startsWith('dom'))
    return refuse(ctx, `operation forbidden: read only access prevents virDomain${verb}`);
  return act(ctx, domain.name, operands.slice(1));
};
