/** Starts a lab: hosts with SSH, the engine, the control API, the inventory that describes them. */
import { join } from 'node:path';
import { controllers } from './bmc/controller.ts';
import { ControllerDaemon } from './bmc/sshd.ts';
import { startControl } from './control/server.ts';
import { applyFault } from './control/world.ts';
import { bmcKey, prepare } from './credentials.ts';
import { buildDatacentre, presetOf, reachPreset } from './datacentre.ts';
import { engineMachine } from './engine/machine/machine.ts';
import { writeInstallationImage } from './installation-image.ts';
import { inventoryText } from './inventory.ts';
import { cutPower } from './kernel/boot.ts';
import { SshDaemon } from './kernel/sshd.ts';
import { LabCore } from './lab-core.ts';
import { parts } from './parts.ts';
import { openStore } from './store.ts';
import type { LabEngine, RunningLab } from './types.ts';

export interface LabOptions {
  readonly preset?: string;
  readonly hosts?: number;
  readonly speed?: number;
  readonly profile?: string;
  readonly controlPort?: number;
  readonly dir: string;
  readonly seed?: number;
}

interface Ports {
  control?: number;
  engine?: number;
  /** SSH into the engine VM. */
  engineSsh?: number;
  hosts?: Record<string, number>;
  /** SSH of the management controllers, by host. */
  bmcs?: Record<string, number>;
}

/** Numbers in [0, 1) that are the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function readPorts(text: string | undefined): Ports {
  return text === undefined ? {} : (JSON.parse(text) as Ports);
}

export async function startLab(options: LabOptions): Promise<RunningLab> {
  const { preset = 'bare', hosts: count = 3, speed = 60, profile = 'ovirt-4.3', dir } = options;
  const store = openStore(dir);
  const known = readPorts(store.read('ports.json'));
  const lab = new LabCore({
    speed,
    profile,
    store,
    parts,
    random: generator(options.seed ?? 1),
    act: (core, fault) => applyFault(core, fault),
  });
  const keys = await prepare(lab, count);
  const daemons = new Map<string, SshDaemon>();
  const bmcs = new Map<string, ControllerDaemon>();
  let inEngine: SshDaemon | undefined;
  const serve = async (): Promise<void> => {
    for (const host of lab.hosts.values()) {
      const daemon = new SshDaemon({ host, hostKey: keys.hostKey(host.name).private, clientKey: keys.client.public });
      daemons.set(host.name, daemon);
      await daemon.listen(known.hosts?.[host.name] ?? 0);
      known.hosts = { ...known.hosts, [host.name]: daemon.port };
    }
  };
  // Ahead of the presets: power management names their ports.
  const serveControllers = async (): Promise<void> => {
    for (const [name, controller] of controllers(lab)) {
      const daemon = new ControllerDaemon(controller, keys.hostKey(bmcKey(name)).private);
      bmcs.set(name, daemon);
      await daemon.listen(known.bmcs?.[name] ?? 0);
      known.bmcs = { ...known.bmcs, [name]: daemon.port };
    }
    const machine = engineMachine(lab);
    inEngine = new SshDaemon({ host: machine, hostKey: keys.hostKey('engine').private, clientKey: keys.client.public });
    await inEngine.reserve(known.engineSsh ?? 0);
    known.engineSsh = inEngine.port;
  };
  const closeDaemons = async (): Promise<void> => {
    for (const daemon of [...daemons.values(), ...bmcs.values(), ...(inEngine ? [inEngine] : [])]) await daemon.close();
  };
  lab.cutConnections = (host) => (host.name === 'engine' ? inEngine : daemons.get(host.name))?.cut();
  presetOf(lab, preset);
  await buildDatacentre(lab, { count });
  const enginePart = parts.find((part) => part.startEngine);
  const engine: LabEngine | undefined = await enginePart?.startEngine?.(lab, { port: known.engine ?? 0 });
  await serveControllers();
  await reachPreset(lab, preset);
  await serve();

  let resetting: Promise<void> = Promise.resolve();
  const reset = async (wanted: { preset: string; hosts?: number; seed?: number }): Promise<void> => {
    presetOf(lab, wanted.preset);
    lab.faults.clear();
    await closeDaemons();
    cutPower(engineMachine(lab));
    daemons.clear();
    bmcs.clear();
    for (const host of lab.hosts.values()) host.powerLoss();
    lab.random = generator(wanted.seed ?? 1);
    for (let index = lab.hosts.size + 1; index <= (wanted.hosts ?? 0); index += 1) await keys.ensure(`host${index}`);
    await buildDatacentre(lab, { count: wanted.hosts ?? lab.hosts.size });
    await serveControllers();
    await reachPreset(lab, wanted.preset);
    await serve();
    lab.changed('reset');
    writeInventory(wanted.preset);
  };
  const control = await startControl(
    () => lab,
    { reset: (wanted) => (resetting = resetting.catch(() => undefined).then(() => reset(wanted))) },
    options.controlPort ?? known.control ?? 0,
  );
  const writeInventory = (standing: string): void => {
    const ports = {
      control: Number(new URL(control.url).port),
      hosts: known.hosts,
      bmcs: known.bmcs,
      engineSsh: known.engineSsh,
      ...(engine ? { engine: Number(new URL(engine.url).port) } : {}),
    };
    store.write('ports.json', `${JSON.stringify(ports, null, 2)}\n`);
    store.write(
      'datacenter.yaml',
      inventoryText(lab, {
        engineUrl: engine?.url,
        imageProxy: engine?.imageProxy,
        ports: known.hosts ?? {},
        bmcs: known.bmcs ?? {},
        engineSsh: known.engineSsh ?? 22,
        deployed: standing !== 'bare',
        hostKey: (name) => keys.hostKey(name).public,
      }),
    );
    if (engine) store.write('engine-ca.pem', engine.caPem);
  };
  writeInstallationImage(dir);
  writeInventory(preset);
  return {
    lab,
    control: control.url,
    engine: engine?.url ?? '',
    inventory: join(dir, 'datacenter.yaml'),
    hosts: Object.fromEntries(
      [...daemons].map(([name, daemon]) => [name, { address: '127.0.0.1', port: daemon.port }]),
    ),
    close: async () => {
      lab.faults.clear();
      await control.close();
      await closeDaemons();
      cutPower(engineMachine(lab));
      for (const host of lab.hosts.values()) host.powerLoss();
      await engine?.close();
      lab.clock.stop();
    },
  };
}
