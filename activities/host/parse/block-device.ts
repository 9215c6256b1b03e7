export interface BlockDevice {
  readonly name: string;
  readonly type: string;
  readonly fileSystem: string;
  readonly mountPoint: string;
}

/** `lsblk -P`: EL7's lsblk prints no JSON. */
export function parseLsblk(text: string): readonly BlockDevice[] {
  return text.split('\n').flatMap((line) => {
    const values = new Map(
      [...line.matchAll(/([A-Z][A-Z0-9:-]*)="((?:[^"\\]|\\.)*)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
    );
    const name = values.get('NAME');
    if (name === undefined) return [];
    return [
      {
        name,
        type: values.get('TYPE') ?? '',
        fileSystem: values.get('FSTYPE') ?? '',
        mountPoint: values.get('MOUNTPOINT') ?? '',
      },
    ];
  });
}

/** `pvs --noheadings -o vg_name DEVICE`: the volume group; undefined when the device is no physical volume of one. */
export function parseVolumeGroup(text: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    // Warnings and refusals come mixed in and hold blanks; a name of a volume group cannot.
    .filter((line) => /^[A-Za-z0-9+_.-]+$/.test(line));
  return lines[0];
}

/** `wipefs -p DEVICE`: the types of the signatures on it, from `offset,uuid,label,type` lines. */
export function parseSignatures(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => /^0x[0-9a-f]+,/i.test(line.trim()))
    .map((line) => line.trim().split(',').at(-1) ?? '')
    .filter(Boolean);
}
