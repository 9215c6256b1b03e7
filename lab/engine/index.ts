/**
 * The engine as the outside sees it: HTTPS with a certificate of the lab's own CA, on one port for the lab's whole
 * life. It answers only while the engine VM runs on some host: no connection without the VM, 503 from httpd while
 * the engine in it starts, the engine's pages once it is up.
 */

import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { ImagePorts } from '../imageio/index.ts';
import { ImageProxy } from '../imageio/proxy.ts';
import { listen } from '../kernel/listen.ts';
import { runningOn } from '../ovirt/engine-vm.ts';
import type { Lab, LabEngine } from '../types.ts';
import { engineAccess } from './access.ts';
import { startMonitoring } from './api/monitor/monitor.ts';
import { certificateAuthority } from './ca.ts';
import { serve } from './serve.ts';

/** Serves the engine on a loopback port (0: a free one). */
export async function startEngine(lab: Lab, options: { port: number }): Promise<LabEngine> {
  const identity = await certificateAuthority(lab);
  const server = createServer({ key: identity.key, cert: identity.certificate }, (request, response) => {
    void serve(lab, request, response);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    // Nobody listens at an address whose machine is down: the nearest to a refusal on a port that stays ours.
    if (engineAccess(lab) === 'off') {
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await listen(server, options.port);
  const proxy = new ImageProxy(lab, {
    identity: { key: identity.key, cert: identity.certificate },
    ca: identity.caPem,
    engineCertificate: identity.certificate,
    life: () => (engineAccess(lab) === 'off' ? undefined : runningOn(lab)?.record.startedAt),
  });
  const images = await ImagePorts.open(lab, proxy);
  const stopMonitoring = startMonitoring(lab);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/ovirt-engine`,
    caPem: identity.caPem,
    imageProxy: images.proxyUrl && new URL(images.proxyUrl).host,
    close: async () => {
      stopMonitoring();
      for (const socket of sockets) socket.destroy();
      await images.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
