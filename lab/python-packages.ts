/**
 * oVirt's own Python programs for tests: readers and writers that nobody here has written, each in an environment of its
 * own, made at first use and kept.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly module: string;
  /** What building it needs beyond Python and a compiler. */
  readonly libraries: readonly { readonly probe: string; readonly what: string }[];
}

/** The engine's SDK. */
const SDK: Package = {
  name: 'ovirt-engine-sdk-python',
  version: '4.6.2',
  module: 'ovirtsdk4',
  libraries: [{ probe: 'xml2-config', what: 'the headers of libxml2' }],
};

/** Ansible, in one environment with the engine's SDK, which the modules of its collection ovirt.ovirt need. */
const ANSIBLE: Package = { ...SDK, name: 'ansible-core', version: '2.19.14', module: 'ansible' };
/** The package that carries the collections, of which one is taken. */
const COLLECTIONS = { name: 'ansible', version: '12.3.0', wanted: 'ansible_collections/ovirt/' } as const;

/** The daemon that serves images; GPL, so never more than a process beside ours. */
const IMAGEIO: Package = { name: 'ovirt-imageio', version: '2.5.1', module: 'ovirt_imageio', libraries: [] };

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; a program that is not there ends with 127. */
export function run(program: string, args: readonly string[], timeout = 180_000): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** Milliseconds that an installation may take. */
const PATIENCE = 600_000;
const headers = "import os,sysconfig; print(os.path.exists(os.path.join(sysconfig.get_paths()['include'],'Python.h')))";
const unreachable =
  /Temporary failure in name resolution|Network is unreachable|Connection (refused|timed out)|No matching distribution found/;

/** What this machine lacks for building a package; undefined when it can be built. */
async function lacking({ libraries }: Package): Promise<string | undefined> {
  if ((await run('python3', ['--version'])).code !== 0) return 'python3';
  if ((await run('python3', ['-c', 'import venv, ensurepip'])).code !== 0) return 'the Python module venv';
  if ((await run('gcc', ['--version'])).code !== 0) return 'gcc';
  if (!(await run('python3', ['-c', headers])).output.includes('True')) return 'the headers of Python';
  for (const { probe, what } of libraries) {
    if ((await run(probe, ['--version'])).code !== 0) return what;
  }
  return undefined;
}

/** The folder of programs of an environment that has the package; or the reason why this machine cannot have it. */
async function programs(
  wanted: Package,
  finish?: (bin: string) => Promise<Ended>,
): Promise<{ bin: string } | { missing: string }> {
  const { name, version, module } = wanted;
  const home = fileURLToPath(new URL(`../node_modules/.cache/${name}-${version}`, import.meta.url));
  const bin = join(home, 'bin');
  const python = join(bin, 'python');
  if (existsSync(python) && (await run(python, ['-c', `import ${module}`])).code === 0) return { bin };
  const missing = await lacking(wanted);
  if (missing !== undefined) return { missing };
  const made = await run('python3', ['-m', 'venv', '--clear', home]);
  if (made.code !== 0) throw new Error(`no Python environment: ${made.output}`);
  let installed = await run(python, ['-m', 'pip', 'install', '-q', `${name}==${version}`], PATIENCE);
  if (installed.code === 0 && finish) installed = await finish(bin);
  if (installed.code === 0) return { bin };
  if (unreachable.test(installed.output)) return { missing: 'a package index that can be reached' };
  throw new Error(`${name} cannot be installed: ${installed.output}`);
}

/** The Python that has the engine's SDK. */
export async function sdkPython(): Promise<{ python: string } | { missing: string }> {
  const found = await programs(SDK);
  return 'bin' in found ? { python: join(found.bin, 'python') } : found;
}

/** The image daemon's program. */
export async function imageioDaemon(): Promise<{ program: string } | { missing: string }> {
  const found = await programs(IMAGEIO);
  return 'bin' in found ? { program: join(found.bin, 'ovirt-imageio') } : found;
}

/** Takes the collection out of the package that carries them all. */
const unpack = [
  'import glob, sys, zipfile',
  'archive = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])',
  'archive.extractall(sys.argv[1], [n for n in archive.namelist() if n.startswith(sys.argv[2])])',
].join('\n');

async function addCollection(bin: string): Promise<Ended> {
  const python = join(bin, 'python');
  const sdk = await run(python, ['-m', 'pip', 'install', '-q', `${SDK.name}==${SDK.version}`], PATIENCE);
  if (sdk.code !== 0) return sdk;
  const { name, version, wanted } = COLLECTIONS;
  const to = join(bin, '..', 'collections');
  const args = ['-m', 'pip', 'download', '-q', '--no-deps', '-d', to, `${name}==${version}`];
  const loaded = await run(python, args, PATIENCE);
  return loaded.code === 0 ? run(python, ['-c', unpack, to, wanted]) : loaded;
}

/** Ansible's program with the collection ovirt.ovirt and a Python that its modules run with. */
export async function ansible(): Promise<
  { playbook: string; collections: string; python: string } | { missing: string }
> {
  const found = await programs(ANSIBLE, addCollection);
  if ('missing' in found) return found;
  const { bin } = found;
  return {
    playbook: join(bin, 'ansible-playbook'),
    collections: join(bin, '..', 'collections'),
    python: join(bin, 'python'),
  };
}
