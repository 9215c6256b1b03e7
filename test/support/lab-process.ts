import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keptBundle } from '../../scripts/bundle.mjs';
import { Child } from './child.ts';
import { LabControl } from './lab-control.ts';
import { CODE_HOME } from './shared-code.ts';

interface LabReady {
  readonly control: string;
  readonly engine: string;
  readonly inventory: string;
  readonly hosts: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
}

export interface LabWish {
  readonly preset?: string;
  readonly hosts?: number;
  readonly speed?: number;
}

/** The lab in a process of its own, with its keys and secrets in a folder of the test. */
export class LabProcess {
  private constructor(
    private readonly child: Child<LabReady>,
    readonly control: LabControl,
    readonly log: string,
  ) {}

  static async start(
    directory: string,
    { preset = 'bare', hosts = 3, speed = 600 }: LabWish = {},
  ): Promise<LabProcess> {
    const log = join(directory, 'lab.log');
    const { path } = await keptBundle('lab/main.ts', join(CODE_HOME, 'cache'));
    const settings = ['--preset', preset, '--hosts', String(hosts), '--speed', String(speed)];
    const child = await Child.start<LabReady>(process.execPath, {
      args: [path, ...settings, '--dir', join(directory, 'lab')],
      log,
    });
    return new LabProcess(child, new LabControl(child.ready.control), log);
  }

  get inventory(): string {
    return this.child.ready.inventory;
  }

  /** Without a trailing slash. */
  get engine(): string {
    return this.child.ready.engine;
  }

  get hosts(): LabReady['hosts'] {
    return this.child.ready.hosts;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** A file of the lab's folder, such as `secrets/engine-admin-password`. */
  file(name: string): string {
    return readFileSync(join(dirname(this.inventory), name), 'utf8');
  }

  end(): Promise<void> {
    return this.child.end();
  }
}
