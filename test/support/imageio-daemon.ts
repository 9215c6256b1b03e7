/** The real ovirt-imageio daemon, as a process of its own, with a certificate of the test's own CA. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'vitest';
import { imageioDaemon } from '../../lab/python-packages.ts';
import type { Authority } from '../unit/connectors/certificates.ts';
import { endWithUs } from './end-with-us.ts';

const living = new Set<ChildProcess>();
endWithUs(living);

export class ImageioDaemon {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    /** `https://127.0.0.1:PORT/images` */
    readonly images: string,
  ) {}

  /** Returns when it serves images. */
  static async start(program: string, directory: string, tls: { cert: string; key: string }): Promise<ImageioDaemon> {
    await mkdir(join(directory, 'conf.d'), { recursive: true });
    await Promise.all([
      writeFile(join(directory, 'cert.pem'), tls.cert),
      writeFile(join(directory, 'key.pem'), tls.key, { mode: 0o600 }),
      writeFile(join(directory, 'conf.d', '50-test.conf'), configuration(directory)),
    ]);
    const child = spawn(program, ['--conf-dir', directory], { stdio: ['ignore', 'ignore', 'pipe'] });
    living.add(child);
    child.once('close', () => living.delete(child));
    let port: string | undefined;
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      said.push(line);
      port ??= /remote\.service listening on \('127\.0\.0\.1', (\d+)\)/.exec(line)?.[1];
      if (line.includes('Ready for requests')) break;
    }
    if (port === undefined) throw new Error(`the image daemon does not serve:\n${said.join('\n')}`);
    child.stderr.resume();
    return new ImageioDaemon(child, directory, `https://127.0.0.1:${port}/images`);
  }

  /** Lets whoever knows the ticket write to a sparse file of this size, and names the file. */
  async ticket(id: string, size: number): Promise<string> {
    const file = join(this.directory, `${id}.img`);
    await writeFile(file, '');
    await truncate(file, size);
    const ticket = { uuid: id, size, url: `file://${file}`, timeout: 3000, ops: ['write'] };
    await this.#control('PUT', id, JSON.stringify(ticket));
    return file;
  }

  /** As the engine does when a transfer is cancelled. */
  revoke(id: string): Promise<void> {
    return this.#control('DELETE', id);
  }

  async end(): Promise<void> {
    this.child.kill('SIGTERM');
    if (living.has(this.child)) await once(this.child, 'close');
  }

  async #control(method: string, id: string, body?: string): Promise<void> {
    const sent = request({ socketPath: join(this.directory, 'sock'), method, path: `/tickets/${id}` }).end(body);
    const [{ statusCode = 0 }] = (await once(sent, 'response')) as [{ statusCode?: number; resume(): void }];
    if (statusCode >= 300) throw new Error(`${method} of ticket ${id}: ${statusCode}`);
  }
}

function configuration(directory: string): string {
  const sections = {
    daemon: { drop_privileges: 'false', systemd_enable: 'false', run_dir: directory },
    tls: { key_file: join(directory, 'key.pem'), cert_file: join(directory, 'cert.pem') },
    remote: { host: '127.0.0.1', port: '0' },
    local: { enable: 'false' },
    control: { transport: 'unix', socket: join(directory, 'sock') },
    handlers: { keys: 'stderr' },
    logger_root: { handlers: 'stderr' },
  };
  return Object.entries(sections)
    .map(([name, fields]) => [`[${name}]`, ...Object.entries(fields).map((field) => field.join(' = '))].join('\n'))
    .join('\n');
}

/** The daemon, or what this machine lacks to build it. */
export type Found = ImageioDaemon | { readonly missing: string };

/** Starts the daemon with a certificate by this CA, where this machine can have it. */
export async function startDaemon(directory: string, ca: Authority): Promise<Found> {
  const found = await imageioDaemon();
  return 'missing' in found ? found : ImageioDaemon.start(found.program, directory, await ca.issue(['127.0.0.1']));
}

/** The daemon, or the end of the test where this machine cannot have it. */
export function daemonOrSkip(found: Found, context: TestContext): ImageioDaemon {
  if (found instanceof ImageioDaemon) return found;
  return context.skip(`ovirt-imageio cannot be built here: ${found.missing} is missing`);
}
