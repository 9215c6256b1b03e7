import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setField } from '../../../inventory/edit.ts';
import { parseInventory } from '../../../inventory/load.ts';
import { replaceFile, requireWritable } from '../../../inventory/save.ts';

const EXAMPLE = readFileSync(new URL('../../../examples/datacenter.yaml', import.meta.url), 'utf8');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOeyNPwoqs9T4jUu3cYjE0kUfVVpLzvC1bIDCR4nPVbB';

/** What stands in one text and not in the other, line by line. */
function changed(before: string, after: string): { gone: string[]; come: string[] } {
  const [a, b] = [before.split('\n'), after.split('\n')];
  return { gone: a.filter((line) => !b.includes(line)), come: b.filter((line) => !a.includes(line)) };
}

describe('a field of the inventory', () => {
  it('is replaced where it stands; every other byte stays', () => {
    const after = setField(EXAMPLE, ['hosts', 1, 'ssh', 'hostKey'], KEY);
    expect(changed(EXAMPLE, after)).toEqual({
      gone: ['      hostKey: "SHA256:Yq8PZ0T1x0iQ7m3dC5bV9nK2sLw4eR6uJ8hG1fD3aZo"'],
      come: [`      hostKey: "${KEY}"`],
    });
    expect(parseInventory(after, 'f').inventory.hosts[1]?.ssh.hostKey).toBe(KEY);
  });

  it('that is new stands last in its mapping, behind the comment of the line before', () => {
    const before = EXAMPLE.replace(/ {6}hostKey: "SHA256:Qm.*\n/, '');
    const after = setField(before, ['hosts', 2, 'ssh', 'hostKey'], KEY);
    expect(after).toBe(
      before.replace(
        "agent: true # the keys of the worker's SSH agent\n",
        (line) => `${line}      hostKey: "${KEY}"\n`,
      ),
    );
  });

  it('is put behind a nested value, with the indentation of its own mapping', () => {
    const text = 'a:\n    b:\n        c: # why\n            - 1\n            - 2 # last\n\n# next\nd: 1\n';
    expect(setField(text, ['a', 'e'], 'x')).toBe(
      'a:\n    b:\n        c: # why\n            - 1\n            - 2 # last\n    e: "x"\n\n# next\nd: 1\n',
    );
  });

  it.each([
    [
      'a flow mapping',
      'ssh: { port: 22, key: {file: k} } # c\n',
      `ssh: { port: 22, key: {file: k}, hostKey: "v" } # c\n`,
    ],
    ['a flow mapping over lines', 'ssh: {\n  port: 22, # p\n}\n', 'ssh: {\n  port: 22, hostKey: "v", # p\n}\n'],
    ['no newline at the end', 'ssh:\n  port: 22', 'ssh:\n  port: 22\n  hostKey: "v"\n'],
    ['lines of Windows', 'ssh:\r\n  port: 22\r\nb: 1\r\n', 'ssh:\r\n  port: 22\r\n  hostKey: "v"\r\nb: 1\r\n'],
    ['an empty value', 'ssh:\n  hostKey:\n  port: 22\n', 'ssh:\n  hostKey: "v"\n  port: 22\n'],
    ['a folded value', 'ssh:\n  hostKey: >-\n    a\n    b\n  port: 22\n', 'ssh:\n  hostKey: "v"\n  port: 22\n'],
    [
      'a block text before it',
      'ssh:\n  note: |\n    a\n    b\nb: 1\n',
      'ssh:\n  note: |\n    a\n    b\n  hostKey: "v"\nb: 1\n',
    ],
    ['a value in single quotes', "ssh: { hostKey: 'w', port: 22 }\n", 'ssh: { hostKey: "v", port: 22 }\n'],
    ['a file with a byte order mark', '\uFEFFssh:\n  port: 22\n', '\uFEFFssh:\n  port: 22\n  hostKey: "v"\n'],
  ])('is set with %s', (_what, before, after) => {
    expect(setField(before, ['ssh', 'hostKey'], 'v')).toBe(after);
  });

  it.each([
    ['an alias', 'a: &login\n  port: 22\nssh: *login\n'],
    ['an anchor that another mapping shares', 'ssh: &login\n  port: 22\nb: *login\n'],
    ['nothing to stand in', 'a: 1\n'],
    ['an empty mapping', 'ssh: {}\n'],
  ])('behind %s is refused, with what to write by hand', (_what, text) => {
    expect(() => setField(text, ['ssh', 'hostKey'], 'v')).toThrow(
      /^Cannot set ssh\.hostKey .*by hand as hostKey: "v"\.$/,
    );
  });

  it('may be a group of fields', () => {
    expect(setField('engine:\n  fqdn: a\n', ['engine', 'ca'], { file: 'ca.pem' })).toBe(
      'engine:\n  fqdn: a\n  ca: { file: "ca.pem" }\n',
    );
  });
});

describe('the file of an inventory', () => {
  let directory: string;
  let file: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'inventory-'));
    file = join(directory, 'datacenter.yaml');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('is replaced as a whole; its mode and a link to it stay', async () => {
    writeFileSync(file, 'a: 1\n');
    chmodSync(file, 0o640);
    const link = join(directory, 'link.yaml');
    symlinkSync('datacenter.yaml', link);
    await requireWritable(link);
    await replaceFile(link, 'a: 1\n', 'a: 2\n');
    expect(readFileSync(file, 'utf8')).toBe('a: 2\n');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory).sort()).toEqual(['datacenter.yaml', 'link.yaml']);
  });

  it('that is new is made, and only where there is none', async () => {
    const made = join(directory, 'ca.pem');
    await replaceFile(made, undefined, 'x\n');
    expect(readFileSync(made, 'utf8')).toBe('x\n');
    await expect(replaceFile(made, undefined, 'y\n')).rejects.toThrow(/changed it meanwhile/);
    expect(readFileSync(made, 'utf8')).toBe('x\n');
  });

  it('that somebody changed meanwhile is left as it is', async () => {
    writeFileSync(file, 'a: 3\n');
    await expect(replaceFile(file, 'a: 1\n', 'a: 2\n')).rejects.toThrow(/changed it meanwhile.*Nothing was changed/);
    expect(readFileSync(file, 'utf8')).toBe('a: 3\n');
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('that may not be written is told before anything is asked', async () => {
    const closed = join(directory, 'closed');
    writeFileSync(file, 'a: 1\n');
    chmodSync(file, 0o444);
    chmodSync(directory, 0o555);
    const root = process.geteuid?.() === 0;
    // Root may write anything.
    if (root) process.seteuid?.(65_534);
    try {
      await expect(requireWritable(file)).rejects.toThrow(/you may not write the file or its folder/);
      await expect(replaceFile(file, 'a: 1\n', 'a: 2\n')).rejects.toThrow(/you may not write/);
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(directory, 0o755);
    }
    await expect(requireWritable(closed)).rejects.toThrow(/there is no such file or folder/);
    expect(readFileSync(file, 'utf8')).toBe('a: 1\n');
  });
});
