import { networkProbe } from '../ha/monitors.ts';
import { StageError } from './console.ts';
import type { Deployment } from './deployment.ts';

const failures: Readonly<Record<string, string>> = {
  ping: 'Specified gateway is not pingable',
  dns: 'DNS query failed',
  tcp: 'Failed to connect via TCP',
};

/** Runs the chosen network test once, on the spot. */
export async function runNetworkTest(d: Deployment): Promise<void> {
  const test = d.text('NETWORK/network_test');
  await d.ctx.sleep(2);
  const conf = new Map([
    ['network_test', test],
    ['gateway', d.text('NETWORK/gateway')],
    ['tcp_t_address', d.text('NETWORK/network_test_tcp_address')],
    ['tcp_t_port', d.text('NETWORK/network_test_tcp_port')],
  ]);
  const failure = failures[test];
  if (failure !== undefined && !networkProbe(d.host, conf)) throw new StageError(failure);
}
