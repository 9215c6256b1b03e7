/**
 * The lab's inner contract: what the kernel (hosts, shell, systemd, yum, network, disks, time) offers to the parts that
 * are built upon it (oVirt's tools, the engine, the named worlds), and what it asks of them.
 *
 * A part is a `LabPart`: packages with their files, programs and units, repositories, worlds, presets, events. The
 * kernel knows nothing of oVirt; a host gets oVirt the way a real one does, by a package that is installed.
 */
import type { Lab, LabHost } from './lab-model.ts';
import type { PackageBuild } from './package-build.ts';

export type * from './command.ts';
export type * from './kernel/model.ts';
export * from './kernel/process-model.ts';
export type * from './lab-model.ts';
export type * from './package-build.ts';

export interface LabEngine {
  readonly url: string;
  readonly caPem: string;
  /** `127.0.0.1:PORT`, where the real one has 54323. */
  readonly imageProxy?: string | undefined;
  close(): Promise<void>;
}

export interface FaultTarget {
  readonly target: string;
  readonly host?: LabHost;
  /** The fault's `body`: what of the target is meant, such as the WWID of a LUN. */
  readonly detail?: string;
}

/** A named state of the world, applied as a fault without match; it changes packages, files, LUNs …, never an answer. */
export type World = (lab: Lab, target: FaultTarget) => void | Promise<void>;
/** Something that someone does behind the run's back; gives a sentence for the journal. */
export type EventAction = (
  lab: Lab,
  event: { target: string; action: string; [key: string]: unknown },
) => Promise<string>;
/** Takes a bare datacentre to its state through real transitions. */
export type Preset = (lab: Lab) => Promise<void>;

export interface HostStatePart {
  readonly [key: string]: unknown;
}

export interface LabPart {
  readonly name: string;
  /** What packages contain: files, programs, units, scriptlets. The same name in two parts: contents add up. */
  readonly packages?: readonly PackageBuild[];
  /** Fills the mirrors (`lab.mirrors`, `lab.rpmFiles`) with what the simulated internet offers. */
  readonly publish?: (lab: Lab) => void;
  /** When a host has just been installed (preset `bare`). */
  readonly onInstall?: (host: LabHost) => void | Promise<void>;
  /** Each time a host's boot has reached multi-user, before sshd answers. */
  readonly onBoot?: (host: LabHost) => void;
  /** When a host dies or goes down: VMs on it are gone. */
  readonly onDown?: (host: LabHost, how: 'shutdown' | 'power-loss') => void;
  readonly worlds?: Readonly<Record<string, World>>;
  readonly events?: Readonly<Record<string, EventAction>>;
  readonly presets?: Readonly<Record<string, Preset>>;
  /** Fault kinds that this part acts upon through `FaultVerdict.kinds`. */
  readonly faultKinds?: readonly string[];
  /** `restart` and connection drops aimed at something that is no host (engine, imageio, dns, bmc:HOST). */
  readonly onTargetFault?: (lab: Lab, fault: { target: string; kind: string }) => Promise<void> | void;
  /** Fields added to a host in /state (haState, haScore, localMaintenance). */
  readonly hostState?: (host: LabHost) => HostStatePart;
  /** Top-level fields added to /state (hostedEngine, engine). */
  readonly state?: (lab: Lab) => Readonly<Record<string, unknown>>;
  /** Serves the engine's HTTPS on the given loopback port (0: a free one). At most one part has it. */
  readonly startEngine?: (lab: Lab, options: { port: number }) => Promise<LabEngine>;
  /** After /reset has emptied the world and before the preset runs. */
  readonly onReset?: (lab: Lab) => void;
}

/** What `startLab` gives. */
export interface RunningLab {
  readonly lab: Lab;
  readonly control: string;
  readonly engine: string;
  readonly inventory: string;
  readonly hosts: Readonly<Record<string, { address: string; port: number }>>;
  close(): Promise<void>;
}
