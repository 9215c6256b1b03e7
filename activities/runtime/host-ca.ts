import type { HostShell } from './host-shell.ts';

/** The engine's CA, as the host got it when the engine took it over. */
export const VDSM_CA = '/etc/pki/vdsm/certs/cacert.pem';

/** PEM of that CA; undefined on a host that no engine has taken over. */
export async function readHostCa(host: HostShell): Promise<string | undefined> {
  const { code, stdout } = await host.read(['cat', VDSM_CA]);
  return code === 0 && stdout.includes('BEGIN CERTIFICATE') ? stdout : undefined;
}
