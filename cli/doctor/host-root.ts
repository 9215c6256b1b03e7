import { parseKeyValues } from '../../activities/host/parse/key-values.ts';
import { readAll } from '../../activities/host/read-all.ts';
import { hostAccess } from '../../activities/runtime/host-access.ts';
import { readCertificate } from '../../connectors/certificate.ts';
import type { InventoryHost } from '../../inventory/schema.ts';
import { runsProfile } from '../../profiles/index.ts';
import type { Profile } from '../../profiles/profile.ts';
import { judgeCertificate } from './certificate.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';
import type { HostQuestion } from './host-question.ts';

export interface HostFacts {
  readonly bootId: string;
  /** Whether the host belongs to a hosted-engine cluster. */
  readonly hostedEngine: boolean;
}

/** What the engine gives a host when it installs it (ovirt-engine, host-deploy); the last is of 4.4 on. */
const CERTIFICATES = {
  vdsm: '/etc/pki/vdsm/certs/vdsmcert.pem',
  spice: '/etc/pki/vdsm/libvirt-spice/server-cert.pem',
  libvirt: '/etc/pki/libvirt/clientcert.pem',
  migration: '/etc/pki/vdsm/libvirt-migrate/server-cert.pem',
} as const;
const WARN_DAYS = 30;

/** What only root may read. @throws AccessDenied when sudo does not let us */
export async function lookAsRoot({ host, loaded, profile, ssh, signal }: HostQuestion) {
  const { name } = host;
  const { inventory, directory } = loaded;
  const shell = hostAccess({ ssh, inventory, inventoryDirectory: directory, signal }, name);
  const answers = await readAll(shell, {
    user: ['id', '-u'],
    bootId: ['cat', '/proc/sys/kernel/random/boot_id'],
    system: ['cat', '/etc/os-release'],
    hostedEngine: ['test', '-e', '/etc/ovirt-hosted-engine/hosted-engine.conf'],
    ...CERTIFICATE_READS,
  });
  const root =
    answers.user.text.trim() === '0'
      ? ok(
          'host.sudo',
          name,
          host.ssh.user === 'root' ? 'commands run as root' : `${host.ssh.user} becomes root with sudo`,
        )
      : problem(
          'host.sudo',
          name,
          `commands on ${name} do not run as root`,
          'Log in as root, or allow sudo without a password',
        );
  const certificates = (Object.keys(CERTIFICATES) as (keyof typeof CERTIFICATES)[]).flatMap((key) =>
    answers[key].code === 0 ? [certificateFinding(name, CERTIFICATES[key], answers[key].text)] : [],
  );
  const none = notChecked(['host.certificate'], name, 'no engine has installed this host yet: it has no certificates');
  return {
    facts: { bootId: answers.bootId.text.trim(), hostedEngine: answers.hostedEngine.code === 0 },
    findings: [root, system(host, profile, answers.system.text), ...(certificates.length > 0 ? certificates : none)],
  };
}

const CERTIFICATE_READS = {
  vdsm: ['cat', CERTIFICATES.vdsm],
  spice: ['cat', CERTIFICATES.spice],
  libvirt: ['cat', CERTIFICATES.libvirt],
  migration: ['cat', CERTIFICATES.migration],
};

function certificateFinding(host: string, path: string, text: string): Finding {
  const id = 'host.certificate';
  const certificate = readCertificate(text);
  const fix = `In the engine: ${host} to maintenance, then Installation, Enroll Certificate`;
  if (certificate === undefined) return problem(id, host, `${path} on ${host} is no certificate`, fix);
  return judgeCertificate({ id, subject: host, name: `${path} on ${host}`, certificate, warnDays: WARN_DAYS, fix });
}

function system({ name }: InventoryHost, profile: Profile, text: string): Finding {
  const values = parseKeyValues(text);
  const seen = values.get('PRETTY_NAME') ?? 'an unknown system';
  if (runsProfile(profile, values))
    return ok('host.system', name, `${name} runs ${seen}, as profile ${profile.name} expects`);
  const what = `${name} runs ${seen}, but profile ${profile.name} is for ${profile.operatingSystem.title}`;
  return problem('host.system', name, what, 'Name the profile that fits in the inventory, or install the host anew');
}
