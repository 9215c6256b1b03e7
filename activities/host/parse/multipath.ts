export interface MultipathPath {
  /** `15:0:0:4`; the last number is the LUN. */
  readonly hctl: string;
  readonly device: string;
  /** `active ready running`, with `i/o pending` in one piece. */
  readonly state: string;
  readonly usable: boolean;
}

export interface MultipathMap {
  readonly wwid: string;
  readonly dm: string;
  readonly vendor: string;
  readonly product: string;
  readonly size: string;
  readonly readOnly: boolean;
  readonly paths: readonly MultipathPath[];
}

const HEADER = /^(?:[a-z]+: )?(\S+)(?: \((\S+)\))? (dm-\d+) (.*?)\s*,\s*(.*?)\s*$/;
const PATH = /^[\s|`+-]+\s*((?:\d+|#):(?:\d+|#):(?:\d+|#):(?:\d+|#))\s+(\S+)\s+\S+\s+(.*?)\s*$/;

/** `multipath -ll`; empty output, with exit code 0, means that there are no maps. */
export function parseMultipath(text: string): readonly MultipathMap[] {
  const maps: { map: Omit<MultipathMap, 'paths'>; paths: MultipathPath[] }[] = [];
  for (const line of text.split('\n')) {
    const header = HEADER.exec(line);
    if (header !== null) {
      const [, name = '', wwid = name, dm = '', vendor = '', product = ''] = header;
      maps.push({ map: { wwid, dm, vendor, product, size: '', readOnly: false }, paths: [] });
      continue;
    }
    const current = maps.at(-1);
    if (current === undefined) continue;
    const size = /^size=(\S+)/.exec(line)?.[1];
    if (size !== undefined) current.map = { ...current.map, size, readOnly: /\bwp=ro\b/.test(line) };
    const path = PATH.exec(line);
    if (path === null) continue;
    const [, hctl = '', device = '', state = ''] = path;
    const words = state.replace(/\s+/g, ' ');
    current.paths.push({ hctl, device, state: words, usable: words === 'active ready running' });
  }
  return maps.map(({ map, paths }) => ({ ...map, paths }));
}

const UNITS: Readonly<Record<string, number>> = { K: 1 / 1024 ** 2, M: 1 / 1024, G: 1, T: 1024, P: 1024 ** 2 };

/** `150G`, `2.0T` in GiB; undefined when it is no size. */
export function sizeGiB(size: string): number | undefined {
  const match = /^([\d.]+)([KMGTP])$/.exec(size);
  const unit = UNITS[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
