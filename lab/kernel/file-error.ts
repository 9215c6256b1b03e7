/** An error as the C library words it; `code` is the errno name. */
export class FileError extends Error {
  readonly code: string;
  readonly path: string;
  constructor(code: string, path: string) {
    super(`${code}: ${errorTexts[code] ?? code}, '${path}'`);
    this.name = 'FileError';
    this.code = code;
    this.path = path;
  }
  get reason(): string {
    return errorTexts[this.code] ?? this.code;
  }
}

const errorTexts: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
  ENOSPC: 'No space left on device',
  ELOOP: 'Too many levels of symbolic links',
  EIO: 'Input/output error',
  EROFS: 'Read-only file system',
};

/** What does not answer is not there for who only asks whether it is. */
export function ifAnswered<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof FileError && error.code === 'EIO') return undefined;
    throw error;
  }
}

export function normalise(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return `/${out.join('/')}`;
}
