import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { redact, resolveSecret } from '../../../connectors/secrets.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-'));
});

afterAll(() => rm(directory, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

async function secretFile(name: string, content: string, mode = 0o600): Promise<string> {
  await writeFile(join(directory, name), content);
  await chmod(join(directory, name), mode);
  return name;
}

describe('a secret in the environment', () => {
  it('is read and from then on masked', async () => {
    vi.stubEnv('ENGINE_PASSWORD', 'from the environment');
    await expect(resolveSecret({ env: 'ENGINE_PASSWORD' }, directory)).resolves.toBe('from the environment');
    expect(redact('x from the environment y')).toBe('x [secret] y');
  });

  it('that is not set is SecretMissing, naming what it is for', async () => {
    await expect(resolveSecret({ env: 'NOT_SET_HERE' }, directory, 'the password of the engine')).rejects.toMatchObject(
      {
        type: 'SecretMissing',
        message:
          'Cannot read the password of the engine from environment variable NOT_SET_HERE: it is not set in the environment of the worker.',
      },
    );
  });

  it.each([
    ['', 'it is empty'],
    ['abc', 'it has fewer than 4 characters'],
  ])('of value %j is refused, because it could not be masked', async (value, why) => {
    vi.stubEnv('SHORT', value);
    await expect(resolveSecret({ env: 'SHORT' }, directory)).rejects.toThrow(why);
  });
});

describe('a secret in a file', () => {
  it('loses one newline at its end, no more', async () => {
    const file = await secretFile('two-newlines', 'word one\nword two\n\n');
    await expect(resolveSecret({ file }, directory)).resolves.toBe('word one\nword two\n');
  });

  it.each([0o640, 0o604, 0o660])('of mode %o is refused with the command that mends it', async (mode) => {
    const file = await secretFile('open', 'open secret', mode);
    await expect(resolveSecret({ file }, directory)).rejects.toMatchObject({
      type: 'SecretMissing',
      message: expect.stringContaining(
        `its mode 0${mode.toString(8)} lets other users read it; run: chmod 600 ${join(directory, 'open')}`,
      ),
    });
  });

  it('that is not there, or is a directory, is said to be so', async () => {
    await expect(resolveSecret({ file: 'nowhere' }, directory)).rejects.toThrow('there is no such file');
    await chmod(directory, 0o700);
    await expect(resolveSecret({ file: '.' }, directory)).rejects.toThrow('it is a directory');
  });
});

describe('a secret from a command', () => {
  it('is what the command prints, and no shell reads its arguments', async () => {
    const command = ['printf', '%s\n', '$HOME `id`'];
    await expect(resolveSecret({ command }, directory)).resolves.toBe('$HOME `id`');
  });

  it('runs in the folder of the inventory', async () => {
    await secretFile('beside', 'beside the inventory');
    await expect(resolveSecret({ command: ['cat', 'beside'] }, directory)).resolves.toBe('beside the inventory');
  });

  it('that fails is told with its exit code and last line', async () => {
    const command = ['bash', '--norc', '-c', 'echo first >&2; echo permission denied >&2; exit 7'];
    await expect(resolveSecret({ command }, directory)).rejects.toMatchObject({
      type: 'SecretMissing',
      message: 'Cannot read a secret from command bash: it ended with exit code 7: permission denied.',
    });
  });

  it('that does not exist is said to be so', async () => {
    await expect(resolveSecret({ command: ['no-such-program-here'] }, directory)).rejects.toThrow(
      'there is no such program on the worker',
    );
  });
});
