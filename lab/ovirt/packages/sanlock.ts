/** sanlock's daemon and its client: which lockspaces a host has joined and which leases its VMs hold. */
import type { Command, CommandContext } from '../../types.ts';
import { hostedEngineConf, localMaintenance } from '../conf.ts';
import { isRunning, vmRecord } from '../engine-vm.ts';
import { guests as vmsOf } from '../guests.ts';
import { hostedStorage } from '../storage.ts';
import { leaseOffset } from '../vdsm/leases.ts';
import { findDomain, specialPath } from '../vdsm/storage-domain.ts';

export const sanlock: Command = async (ctx) => {
  if (ctx.args[0] !== 'client') {
    await ctx.sleep(1);
    ctx.ready();
    return ctx.untilSignalled();
  }
  if (!ctx.host.units.isActive('sanlock.service')) {
    ctx.err('shutdown connect error -111\n');
    return 1;
  }
  if (ctx.args[1] === 'shutdown') await ctx.host.units.stop('sanlock.service');
  if (ctx.args[1] === 'status') showStatus(ctx);
  return 0;
};

/** `client status`: clients, lockspaces (`s NAME:HOST_ID:PATH:OFFSET`), resources (`r …:PATH:OFFSET:VERSION p PID`). */
function showStatus(ctx: CommandContext): void {
  const { host } = ctx;
  const guests = [...host.libvirt.domains.values()].filter(({ id }) => id > 0);
  const pid = (id: number): number => 20_000 + id;
  ctx.out(`daemon ${host.boot.id}.${host.name}\np -1 helper\np -1 listener\n`);
  for (const { id, name } of guests) ctx.out(`p ${pid(id)} ${name}\n`);
  ctx.out('p -1 status\n');
  for (const { id, name } of guests) ctx.out(vmLease(ctx, name, pid(id)));
  const storage = hostedStorage(host);
  const hostId = hostedEngineConf(host)?.get('host_id');
  // The agent joins both; in local maintenance it stops vdsm's monitoring of the domain, unless the VM runs here.
  if (!storage || hostId === undefined || host.volatile.get('he-lockspace') !== true) return;
  const { domain, lockspace, disk } = storage.volumes;
  const runs = isRunning(vmRecord(host));
  if (runs || !localMaintenance(host)) ctx.out(`s ${domain}:${hostId}:/dev/${domain}/ids:0\n`);
  ctx.out(`s hosted-engine:${hostId}:/var/run/vdsm/storage/${domain}/${lockspace.image}/${lockspace.id}:0\n`);
  const engine = guests.find(({ name }) => name === 'HostedEngine');
  if (engine && storage.lease?.host === host.name) {
    ctx.out(`r ${domain}:${disk.id}:/dev/${domain}/leases:109051904:3 p ${pid(engine.id)}\n`);
  }
}

/** The lease of a VM that runs here: on the volume `xleases` of its domain. */
function vmLease(ctx: CommandContext, name: string, pid: number): string {
  const guest = [...vmsOf(ctx.host).values()].find((one) => one.name === name);
  const domain = guest?.lease === undefined ? undefined : findDomain(ctx.host.lab, guest.lease);
  const lease = domain?.leases.get(guest?.id ?? '');
  if (!guest || !domain || !lease) return '';
  return `r ${domain.id}:${guest.id}:${specialPath(domain, 'xleases')}:${leaseOffset(lease)}:1 p ${pid}\n`;
}
