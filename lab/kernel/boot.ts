/** Power: boot, clean shutdown, sudden loss. What is volatile goes, what is on disk stays. */
import { randomUUID } from 'node:crypto';
import { actAs } from './current.ts';
import type { Host } from './host.ts';
import { forgetSessions } from './iscsi.ts';
import { forgetVolumes } from './logical-volumes.ts';
import { forgetMounts } from './nfs.ts';

/** Virtual seconds, as a rack server takes them. */
const firmwareSeconds = 95;
const userSpaceSeconds = 12;
const shutdownSeconds = 8;

function clearVolatile(host: Host): void {
  for (const directory of ['/run', '/tmp'])
    if (host.fs.isDirectory(directory))
      for (const name of host.fs.list(directory)) host.fs.remove(`${directory}/${name}`);
  host.fs.mkdir('/run/lock', { mode: 0o755 });
  host.fs.mkdir('/run/systemd/system');
  host.fs.mkdir('/run/user');
  for (const one of host.packages.all())
    for (const build of host.lab.builds(one.name))
      for (const directory of build.directories ?? []) if (/^\/(var\/)?run\//.test(directory)) host.fs.mkdir(directory);
  host.volatile.clear();
}

/** Brings a powered-off host up; resolves when sshd answers, or quietly when power was lost on the way. */
export async function bootHost(host: Host, options: { atOnce?: boolean } = {}): Promise<void> {
  await actAs(undefined, async () => {
    const cycle = ++host.powerCycle;
    host.setPower('booting');
    if (!options.atOnce) await host.lab.clock.sleep(firmwareSeconds);
    if (host.powerCycle !== cycle) return;
    host.boot = { id: randomUUID(), at: host.lab.clock.now() };
    host.resetPids();
    clearVolatile(host);
    host.firewalld.reload();
    host.journal.log({ identifier: 'kernel', message: 'Linux version 3.10.0-1062.el7.x86_64', pid: 0 });
    if (!options.atOnce) await host.lab.clock.sleep(userSpaceSeconds);
    if (host.powerCycle !== cycle) return;
    await host.units.boot();
    if (host.powerCycle !== cycle) return;
    for (const part of host.lab.parts) part.onBoot?.(host);
    host.setPower('on');
  });
}

/** Stops services in order, ends every process, leaves the host off. */
export async function shutDownHost(host: Host): Promise<void> {
  if (host.power !== 'on') return;
  await actAs(undefined, async () => {
    const cycle = ++host.powerCycle;
    host.setPower('stopping');
    host.journal.log({ identifier: 'systemd-logind', message: 'System is rebooting.', unit: 'systemd-logind.service' });
    const running = [...host.units.loaded.values()].filter((unit) => unit.active === 'active').reverse();
    await Promise.all([
      host.lab.clock.sleep(shutdownSeconds),
      Promise.all(running.map((unit) => host.units.stop(unit.name).catch(() => undefined))),
    ]);
    if (host.powerCycle !== cycle) return;
    for (const part of host.lab.parts) part.onDown?.(host, 'shutdown');
    die(host, 'off');
  });
}

/** Everything ends between two instructions. */
export function cutPower(host: Host): void {
  if (host.power === 'off') return;
  actAs(undefined, () => {
    host.powerCycle += 1;
    if (host.power === 'crashed') host.setPower('off');
    else end(host, 'off');
  });
}

/** The kernel has panicked: nothing runs any more, and the machine stays on as it is until its power is used. */
export function crash(host: Host): void {
  if (host.power === 'off' || host.power === 'crashed') return;
  actAs(undefined, () => {
    host.powerCycle += 1;
    end(host, 'crashed');
  });
}

function end(host: Host, power: 'off' | 'crashed'): void {
  for (const part of host.lab.parts) part.onDown?.(host, 'power-loss');
  die(host, power);
}

function die(host: Host, power: 'off' | 'crashed'): void {
  host.setPower(power);
  for (const process of [...host.processes.values()]) process.kill('SIGKILL');
  host.units.powerLost();
  host.libvirt.hostDown();
  forgetVolumes(host);
  forgetSessions(host);
  forgetMounts(host);
}
