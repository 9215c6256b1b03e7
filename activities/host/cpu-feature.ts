import { type OperationContext, operation } from '../operation.ts';
import type { CpuFeature, CpuFeatureOutput } from './params.ts';
import { parseCpuInfo, parseRequiredFeatures } from './parse/cpu.ts';
import { packageQuery, parsePackages } from './parse/rpm.ts';
import { answeredOrNot, readAll } from './read-all.ts';

export interface CpuFeatureFacts {
  readonly needed: boolean;
  readonly offered: 'yes' | 'no' | 'unknown';
  readonly libvirt: string | undefined;
}

/**
 * Read-write, because a libvirt with the fix for CVE-2019-10167 refuses this to read-only connections. Once VDSM has put
 * SASL before it, with the credentials of oVirt's own scripts (ovirt-hosted-engine-setup, src/bin/hosted-engine.in).
 */
const DOMCAPABILITIES = [
  'auth=/etc/ovirt-hosted-engine/virsh_auth.conf',
  'if [ -r "$auth" ]; then virsh -c "qemu:///system?authfile=$auth" domcapabilities kvm',
  'else virsh domcapabilities kvm; fi',
].join('\n');

/** Reads whether the CPU has a feature and the installed libvirt can pass it on to a guest; changes nothing. */
export const cpuFeature = operation<CpuFeature, CpuFeatureFacts, CpuFeatureOutput>({
  name: 'cpuFeature',
  title: ({ host, feature }) => `Check that libvirt on ${host} knows ${feature}`,
  look: lookAtFeature,
  decide({ needed, offered, libvirt }, { host, feature, require }) {
    const output = { needed, offered, ...(libvirt !== undefined && { libvirt }) };
    const evidence = [
      libvirt === undefined ? 'libvirt is not installed' : `libvirt ${libvirt} knows ${feature}: ${offered}`,
      `the CPU ${needed ? 'has' : 'does not have'} ${feature}`,
    ];
    if (!needed || offered !== 'no') return { state: 'already', changes: [], evidence, output };
    const finding = {
      what: `libvirt ${libvirt ?? ''} on ${host} does not know the CPU feature ${feature}, which its CPU has`,
      fix: 'Disable the repository that brings the old libvirt, install centos-release-qemu-ev, update, restart libvirtd',
    };
    return { state: require === true ? 'refused' : 'already', changes: [], evidence, output, findings: [finding] };
  },
});

export async function lookAtFeature(
  context: OperationContext,
  { host, feature }: Pick<CpuFeature, 'host' | 'feature'>,
): Promise<CpuFeatureFacts> {
  const [daemon = 'libvirt-daemon'] = context.profile.libvirt.packages;
  const answers = await readAll(context.host(host), {
    cpu: 'grep -m1 "^flags" /proc/cpuinfo',
    libvirt: packageQuery([daemon]),
    offered: answeredOrNot(DOMCAPABILITIES, 30),
  });
  const offered = parseRequiredFeatures(answers.offered.text);
  return {
    needed: parseCpuInfo(answers.cpu.text).flags.has(feature.replaceAll('-', '_')),
    offered: offered === undefined ? 'unknown' : offered.has(feature) ? 'yes' : 'no',
    libvirt: parsePackages(answers.libvirt.text)[0]?.version,
  };
}
