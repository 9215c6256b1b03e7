import { sshTarget } from '../../connectors/ssh.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryHost } from '../../inventory/schema.ts';
import { type Finding, GIVE_SECRET, notChecked, ok, problem } from './finding.ts';
import { checkClock } from './host-clock.ts';
import type { HostQuestion } from './host-question.ts';
import { type HostFacts, lookAsRoot } from './host-root.ts';

export interface HostReport {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Undefined: nobody could look. */
  readonly facts?: HostFacts;
}

const BEHIND = ['host.sudo', 'host.clock', 'host.system', 'host.certificate'];

/** From the TCP connection to the certificates: each look needs the one before it. */
export async function checkHost(question: HostQuestion): Promise<HostReport> {
  const { host, loaded, ssh, signal } = question;
  const { name } = host;
  if (host.ssh.hostKey === undefined) return { name, findings: unpinned(host) };
  const target = sshTarget(host, loaded.directory);
  try {
    await ssh.run(target, { argv: ['true'], root: false }, { signal });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { name, findings: noLogin(host, error) };
  }
  const login = [
    ok('host.hostKey', name, `${name} shows the pinned host key`),
    ok('host.login', name, `${host.ssh.user} logs in at ${host.address} port ${host.ssh.port}`),
  ];
  const clock = await checkClock(question);
  try {
    const behind = await lookAsRoot(question);
    return { name, findings: [...login, clock, ...behind.findings], facts: behind.facts };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const why = error.message.replace(/\.$/, '');
    const fix = /(add the line .*)$/.exec(why)?.[1] ?? `Log in as ${host.ssh.user} and try: sudo -n true`;
    const rest = notChecked(['host.system', 'host.certificate'], name, 'they are read as root');
    return { name, findings: [...login, clock, problem('host.sudo', name, why, capital(fix)), ...rest] };
  }
}

function unpinned({ name }: InventoryHost): Finding[] {
  return [
    problem('host.hostKey', name, `the inventory pins no host key for ${name}`, `npx runbook inventory trust ${name}`),
    ...notChecked(['host.login', ...BEHIND], name, 'without a pinned host key nobody logs in'),
  ];
}

function noLogin({ name, ssh }: InventoryHost, error: OperatorError): Finding[] {
  const what = error.message.replace(/\.$/, '');
  const rest = (...ids: string[]) => notChecked([...ids, ...BEHIND], name, 'nobody got in over SSH');
  if (error.type === 'HostKeyMismatch') {
    const fix = `Compare on the console of ${name}, then: npx runbook inventory trust ${name} --replace`;
    return [problem('host.hostKey', name, what, fix), ...rest('host.login')];
  }
  const fix =
    error.type === 'HostUnreachable'
      ? `Look whether ${name} is on and its sshd runs, and at hosts[].address and ssh.port in the inventory`
      : error.type === 'SecretMissing'
        ? GIVE_SECRET
        : `Let ${ssh.user} log in: put the public key into its ~/.ssh/authorized_keys on ${name}, or correct ssh.user, key or password`;
  return [problem('host.login', name, what, fix), ...rest('host.hostKey')];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
