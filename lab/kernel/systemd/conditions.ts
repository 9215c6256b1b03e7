/** Condition*= settings, judged against the host's files when a unit is started. */
import type { Vfs } from '../model.ts';
import type { UnitSettings } from './unit-file.ts';

const judges: Readonly<Record<string, (fs: Vfs, value: string) => boolean>> = {
  ConditionPathExists: (fs, value) => fs.exists(value),
  ConditionPathIsDirectory: (fs, value) => fs.isDirectory(value),
  ConditionDirectoryNotEmpty: (fs, value) => fs.isDirectory(value) && fs.list(value).length > 0,
  ConditionFileNotEmpty: (fs, value) => fs.exists(value) && fs.stat(value).type === 'file' && fs.stat(value).size > 0,
  ConditionFileIsExecutable: (fs, value) => fs.exists(value) && (fs.stat(value).mode & 0o111) !== 0,
};

/** The first condition that is not met, as systemctl status names it. */
export function unmetCondition(settings: UnitSettings, fs: Vfs): string | undefined {
  for (const [key, judge] of Object.entries(judges))
    for (const value of settings.all('Unit', key)) {
      const negated = value.startsWith('!');
      if (judge(fs, negated ? value.slice(1) : value) === negated) return `${key}=${value}`;
    }
  return undefined;
}
