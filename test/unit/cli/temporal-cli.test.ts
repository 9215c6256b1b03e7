import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { cacheDirectory, findTemporal, obtainTemporal, TemporalMissing } from '../../../scripts/temporal.mjs';

let folder: string;
let env: NodeJS.ProcessEnv;

/** A program that answers `--version` with this exit code. */
function program(path: string, code = 0): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexit ${code}\n`);
  chmodSync(path, 0o755);
  return path;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temporal-cli-'));
  env = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
});

test('TEMPORAL_CLI wins over PATH, PATH over the cache', () => {
  const cached = program(join(cacheDirectory(env), 'temporal'));
  expect(findTemporal(env)).toBe(cached);
  const onPath = program(join(folder, 'bin', 'temporal'));
  expect(findTemporal(env)).toBe(onPath);
  const named = program(join(folder, 'mine'));
  expect(findTemporal({ ...env, TEMPORAL_CLI: named })).toBe(named);
});

test('a program that does not run is passed over; one that is named is an error', () => {
  program(join(folder, 'bin', 'temporal'), 1);
  expect(findTemporal(env)).toBeUndefined();
  expect(() => findTemporal({ ...env, TEMPORAL_CLI: '/nowhere/temporal' })).toThrow(
    new TemporalMissing('TEMPORAL_CLI names /nowhere/temporal, which cannot be run: correct it, or unset it.'),
  );
});

test('with Go it is built into the cache, where the next look finds it; what fails leaves nothing there', async () => {
  // A stand-in for Go, whose `install` puts a program into GOBIN.
  const go = join(folder, 'bin', 'go');
  mkdirSync(dirname(go), { recursive: true });
  writeFileSync(
    go,
    '#!/bin/sh\n[ "$1" = version ] && exit 0\nprintf "#!/bin/sh\\nexit 0\\n" > "$GOBIN/temporal"; /bin/chmod 755 "$GOBIN/temporal"\n',
  );
  chmodSync(go, 0o755);
  // A proxy that refuses at once: the download fails with and without a network.
  const offline = { ...env, HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' };
  const told: string[] = [];
  const path = await obtainTemporal({ env: offline, log: (line) => told.push(line) });
  expect(path).toBe(join(cacheDirectory(env), 'temporal'));
  expect(findTemporal(env)).toBe(path);
  expect(told.join('\n')).toMatch(
    /downloading .*\n.*download: .*\n.*go install github\.com\/temporalio\/cli\/cmd\/temporal@v1\.5\.1/,
  );
});

test('where none can be had, one sentence names the ways out', async () => {
  const offline = { ...env, HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' };
  await expect(obtainTemporal({ env: offline })).rejects.toThrow(
    /^No Temporal server can be started \(download: .*; build: Go is not installed\): install the Temporal CLI .*TEMPORAL_CLI.*TEMPORAL_ADDRESS.*install Go\.$/,
  );
});
