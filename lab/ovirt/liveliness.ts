import type { LabHost, SimulatedServer } from '../types.ts';
import { runningOn } from './engine-vm.ts';

export const HEALTHY = 'DB Up!Welcome to Health Status!';

/** A plain-HTTP GET of the engine's health page from a host; undefined when nothing answers. */
export function healthPage(host: LabHost, fqdn: string): { status: number; body: string } | undefined {
  const address = host.resolve(fqdn)[0];
  const server = address === undefined ? undefined : host.lab.servers.get(address);
  if (!server || address === undefined || !host.network.reachable(address) || server.state(80) !== 'open') {
    return undefined;
  }
  const url = new URL(`http://${fqdn}/ovirt-engine/services/health`);
  return server.request(url, { method: 'GET', headers: {}, body: '' });
}

export function engineIsUp(host: LabHost, fqdn: string): boolean {
  return /DB Up/.test(healthPage(host, fqdn)?.body ?? '');
}

/** What stands at the engine VM's address: nothing without the VM, httpd before the engine, then the engine. */
export function engineServer(
  host: () => LabHost['lab'],
  answer: (url: URL) => { status: number; headers?: Record<string, string>; body: string },
): SimulatedServer {
  const record = (): ReturnType<typeof runningOn> => runningOn(host());
  return {
    state: (port) => {
      const status = record()?.record.status;
      if (status === undefined) return 'silent';
      if (status === 'Powering up' || status === 'Paused') return 'refused';
      return [22, 80, 443].includes(port) ? 'open' : 'refused';
    },
    request: (url) => {
      if (record()?.record.engine) return answer(url);
      return { status: 503, headers: { 'content-type': 'text/html' }, body: '<title>503 Service Unavailable</title>' };
    },
  };
}
