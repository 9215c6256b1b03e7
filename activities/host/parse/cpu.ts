import type { Processor } from '../../../profiles/cpu-types.ts';

export interface CpuFacts {
  readonly count: number;
  readonly flags: ReadonlySet<string>;
}

/** /proc/cpuinfo; the kernel writes `md_clear` where libvirt writes `md-clear`. */
export function parseCpuInfo(text: string): CpuFacts {
  const flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  return { count: text.match(/^processor\s*:/gm)?.length ?? 0, flags: new Set(flags) };
}

/** The first processor of /proc/cpuinfo; undefined when the text is none. */
export function parseProcessor(text: string): Processor | undefined {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim();
  const [vendor, family, model] = [field('vendor_id'), Number(field('cpu family')), Number(field('model'))];
  if (vendor === undefined || !Number.isInteger(family) || !Number.isInteger(model)) return undefined;
  return { vendor, family, model, flags: parseCpuInfo(text).flags };
}

/**
 * The CPU features that libvirt would require for its host model, from `virsh domcapabilities`.
 * Undefined when the text is no such document: the daemon did not answer, which is not "offers nothing".
 */
export function parseRequiredFeatures(text: string): ReadonlySet<string> | undefined {
  const xml = text.replace(/<!--[\s\S]*?-->/g, '');
  if (!/<domainCapabilities[\s>]/.test(xml) || !/<\/domainCapabilities>/.test(xml)) return undefined;
  const features = new Set<string>();
  for (const [, attributes = '', content = ''] of xml.matchAll(/<mode\b([^>/]*)>([\s\S]*?)<\/mode>/g)) {
    if (attribute(attributes, 'name') !== 'host-model') continue;
    for (const [, feature = ''] of content.matchAll(/<feature\b([^>]*?)\/?>/g)) {
      const name = attribute(feature, 'name');
      if (attribute(feature, 'policy') === 'require' && name !== undefined) features.add(name);
    }
  }
  return features;
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*(?:'([^']*)'|"([^"]*)")`).exec(attributes)?.slice(1).find(Boolean);
}
