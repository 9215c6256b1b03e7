export function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  options?: { readonly waiting?: (pid: number) => void },
): Promise<T>;
