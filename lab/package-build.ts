/** What packages bring to a host: files, programs, units, scriptlets. */
import type { CommandSet } from './command.ts';
import type { LabHost } from './lab-model.ts';

export interface PackageFile {
  readonly content: string | ((host: LabHost) => string);
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Kept as it is when it is there already, as %config(noreplace). */
  readonly config?: boolean;
}

/** What a package brings when it is installed. */
export interface PackageBuild {
  readonly package: string;
  readonly files?: Readonly<Record<string, PackageFile>>;
  readonly directories?: readonly string[];
  /** Programs by name (placed in /usr/bin) or by full path. */
  readonly programs?: CommandSet;
  /** Unit files by name, placed in /usr/lib/systemd/system. */
  readonly units?: Readonly<Record<string, string>>;
  /** Unit names that the preset enables at first installation. */
  readonly enabledByPreset?: readonly string[];
  readonly post?: (host: LabHost) => void;
  readonly postun?: (host: LabHost) => void;
}
