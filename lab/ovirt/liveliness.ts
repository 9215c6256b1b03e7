import { engineAccess } from '../engine/access.ts';
import { enginePage, notFound, starting } from '../engine/pages.ts';
import type { Lab, LabHost, SimulatedServer } from '../types.ts';
import { runningOn } from './engine-vm.ts';

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
export function engineServer(lab: Lab, address: string): SimulatedServer {
  const access = (): ReturnType<typeof engineAccess> =>
    runningOn(lab)?.record.image?.address === address ? engineAccess(lab) : 'off';
  return {
    state: (port) => {
      if (access() === 'off') return 'silent';
      return [22, 80, 443].includes(port) ? 'open' : 'refused';
    },
    request: (url) => (access() === 'up' ? (enginePage(lab, url) ?? notFound) : starting),
  };
}
