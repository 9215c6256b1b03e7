import { TaskFailed } from '../ansible.ts';
import type { Deployment } from '../deployment.ts';

const HEALTH_TRIES = 180;
const HEALTH_DELAY = 5;

/** Runs a command until it succeeds, at most so often. */
export async function retried(d: Deployment, tries: number, delay: number, argv: readonly string[]): Promise<void> {
  let last = { code: 1, stdout: '', stderr: '' };
  for (let n = 0; n < tries; n++) {
    last = await d.ctx.run(argv);
    if (last.code === 0) return;
    await d.ctx.sleep(delay);
  }
  const lines = { stdout: last.stdout, stderr: last.stderr };
  throw new TaskFailed('non-zero return code', { attempts: tries, changed: true, cmd: argv, rc: last.code, ...lines });
}

async function isGood(d: Deployment): Promise<boolean> {
  const status = await d.ctx.run(['hosted-engine', '--vm-status', '--json']);
  if (status.code !== 0) return false;
  const json = JSON.parse(status.stdout) as Record<string, { 'engine-status'?: { health?: string } } | undefined>;
  const first = Object.keys(json).find((key) => key !== 'global_maintenance');
  return first !== undefined && json[first]?.['engine-status']?.health === 'good';
}

/** The last wait of a deployment: the HA agent has to start the VM, and the engine in it has to answer. */
export async function checkEngineHealth(d: Deployment): Promise<void> {
  for (let n = 0; n < HEALTH_TRIES; n++) {
    if (await isGood(d)) return;
    await d.ctx.sleep(HEALTH_DELAY);
  }
  await explain(d);
}

/** The rescue of the last wait: looks for the reason and fails with it. */
async function explain(d: Deployment): Promise<never> {
  const tell = (name: string, failure?: string): void => {
    d.console.info(`TASK [ovirt.hosted_engine_setup : ${name}]`);
    if (failure === undefined) d.console.info('changed: [localhost]');
  };
  d.console.error(
    `fatal: [localhost]: FAILED! => {"attempts": ${HEALTH_TRIES}, "changed": true, "cmd": ["hosted-engine", "--vm-status", "--json"], "rc": 0}`,
  );
  tell('Check VM status at virt level');
  await d.ctx.sleep(1);
  tell('Fail if engine VM is not running', 'maybe');
  if (d.host.libvirt.domains.get('HostedEngine')?.state !== 'running') {
    throw new TaskFailed('Engine VM is not running, please check vdsm logs');
  }
  d.console.info('skipping: [localhost]');
  tell('Get target engine VM IP address');
  tell("Get VDSM's target engine VM stats");
  await d.ctx.sleep(2);
  const resolved = d.host.resolve(d.fqdn)[0] ?? '';
  const real = d.storage?.image?.address ?? '';
  tell("Fail if Engine IP is different from engine's he_fqdn resolved IP", 'maybe');
  if (real !== resolved) {
    throw new TaskFailed(
      `Engine VM IP address is ${real} while the engine's he_fqdn ${d.fqdn} resolves to ${resolved}. If you are using DHCP, check your DHCP reservation configuration`,
    );
  }
  d.console.info('skipping: [localhost]');
  tell("Fail is for any other reason the engine didn't started", 'maybe');
  throw new TaskFailed('The engine failed to start inside the engine VM; please check engine.log.');
}
