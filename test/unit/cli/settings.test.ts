import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Home } from '../../../cli/home.ts';
import { links, resolveSettings } from '../../../cli/settings.ts';
import { type Stack, writeStack } from '../../../cli/stack/record.ts';

const stack: Stack = {
  temporal: { address: '127.0.0.1:40000', ui: 'http://127.0.0.1:40001', namespace: 'default' },
  lab: {
    control: 'http://127.0.0.1:40002',
    engine: 'https://127.0.0.1:40003/ovirt-engine',
    inventory: '/lab/datacenter.yaml',
    hosts: {},
  },
  pids: {},
};
let home: Home;

beforeEach(() => {
  home = new Home(mkdtempSync(join(tmpdir(), 'home-')));
});

test('nothing named and nothing up: the defaults', () => {
  expect(resolveSettings({}, {}, home)).toMatchObject({
    address: 'localhost:7233',
    namespace: 'default',
    inventory: resolve('datacenter.yaml'),
  });
});

test('the stack that is up wins over the defaults, and its UI is known', () => {
  writeStack(home, stack);
  const settings = resolveSettings({}, {}, home);
  expect(settings).toMatchObject({
    address: '127.0.0.1:40000',
    ui: 'http://127.0.0.1:40001',
    inventory: '/lab/datacenter.yaml',
  });
});

test('the environment wins over the stack, whose UI is then not claimed', () => {
  writeStack(home, stack);
  const env = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'ops', RUNBOOK_INVENTORY: '/etc/dc.yaml' };
  const settings = resolveSettings({}, env, home);
  expect(settings).toMatchObject({ address: 'temporal:7233', namespace: 'ops', inventory: '/etc/dc.yaml' });
  expect(settings.ui).toBeUndefined();
});

test('an empty variable names nothing', () => {
  const empty = { TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '', RUNBOOK_INVENTORY: '' };
  expect(resolveSettings({}, empty, home)).toEqual(resolveSettings({}, {}, home));
  expect(resolveSettings({}, { RUNBOOK_HOME: '' }).home.directory).toBe(resolveSettings({}, {}).home.directory);
});

test('a flag wins over everything', () => {
  writeStack(home, stack);
  const flags = { address: 'other:1', namespace: 'n', inventory: '/f.yaml' };
  const env = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'ops', RUNBOOK_INVENTORY: '/etc/dc.yaml' };
  expect(resolveSettings(flags, env, home)).toMatchObject(flags);
});

test('links are made only where the UI is known', () => {
  expect(links.run({ namespace: 'default' }, 'a b', 'r')).toBeUndefined();
  expect(links.run({ ui: 'http://ui', namespace: 'default' }, 'a b', 'r')).toBe(
    'http://ui/namespaces/default/workflows/a%20b/r',
  );
});
