import type { LabHost } from '../../types.ts';
import { paths } from '../paths.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** Python's asctime with milliseconds. */
export function asctime(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(0, 10)} ${two(date.getUTCHours())}:${iso.slice(14, 19)},${iso.slice(20, 23)}`;
}

/** Writes agent.log; the same message is repeated at most once a minute, as the agent's own filter does. */
export class AgentLog {
  private readonly last = new Map<string, number>();
  private readonly host: LabHost;
  private readonly pid: number;

  constructor(host: LabHost, pid: number) {
    this.host = host;
    this.pid = pid;
  }

  info(where: string, message: string): void {
    const now = this.host.lab.clock.now();
    const before = this.last.get(message);
    if (before !== undefined && now - before < 60_000) return;
    this.last.set(message, now);
    this.line('INFO', where, message);
  }

  /** Errors also reach syslog, which is where operators meet them first. */
  error(logger: 'agent.Agent' | 'hosted_engine.HostedEngine', message: string): void {
    this.line('ERROR', '_run_agent', message);
    this.host.journal.log({
      identifier: 'journal',
      pid: this.pid,
      unit: 'ovirt-ha-agent.service',
      priority: 3,
      message: `ovirt-ha-agent ovirt_hosted_engine_ha.agent.${logger} ERROR ${message}`,
    });
  }

  private line(level: string, where: string, message: string): void {
    const at = asctime(this.host.date());
    const source = 'hosted_engine::517::ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine';
    this.host.fs.append(paths.agentLog, `MainThread::${level}::${at}::${source}::(${where}) ${message}\n`);
  }
}
