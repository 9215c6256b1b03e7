import { expect, test } from 'vitest';
import { backUpEngine } from '../../../activities/hosted-engine/backup/index.ts';
import { lastBackup } from '../../../activities/hosted-engine/ha/last-backup.ts';
import type { OperationContext } from '../../../activities/operation.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import { context } from './ha-hosts.ts';

const params = { host: 'engine', freshMinutes: 60 } as const;
const decide = (facts: Parameters<typeof backUpEngine.decide>[0]) => backUpEngine.decide(facts, params, context);

test('a backup bears its name only once the tool has verified it', () => {
  const decision = decide({});
  expect(decision.state).toBe('wouldDo');
  expect(decision.changes.map(({ argv }) => argv.slice(0, 2))).toEqual([
    ['install', '-d'],
    ['engine-backup', '--mode=backup'],
    ['engine-backup', '--mode=verify'],
    ['mv', '-f'],
  ]);
  const [, backup, verify, move] = decision.changes.map(({ argv }) => argv);
  const unfinished = backup?.find((arg) => arg.startsWith('--file='))?.slice('--file='.length);
  expect(verify).toContain(`--file=${unfinished}`);
  expect(move?.[2]).toBe(unfinished);
});

test('a fresh one is as good as a new one, an old one is not', () => {
  expect(decide({ size: 10, ageMinutes: 59 })).toMatchObject({
    state: 'already',
    evidence: ['the backup in the engine VM is 59 minutes old and has 10 bytes'],
    leaves: { byHand: expect.stringMatching(/^rm /) },
  });
  expect(decide({ size: 10, ageMinutes: 60 }).state).toBe('wouldDo');
});

test('the last backup is told by the events, else by the files in the engine VM', async () => {
  const ssh = { ...context.inventory.engine, ssh: { port: 22, user: 'root', agent: true } };
  const look = (events: () => Promise<unknown>, stdout: string, engine = ssh) =>
    lastBackup({
      inventory: { ...context.inventory, engine },
      engine: () => ({ events }),
      host: () => ({ readScript: async () => ({ code: 0, stdout, stderr: '' }) }),
    } as unknown as OperationContext);
  const asked = async (...args: Parameters<typeof look>) => (await look(...args)).words;
  const none = async () => [];
  const file = '1573776000 /var/lib/ovirt-engine-backup/x.backup\n';
  expect(await asked(async () => [{ time: '2019-11-14T00:00:00.000Z' }], file)).toMatch(/: 2019-11-14, \d+ days ago$/);
  expect(await asked(none, file)).toMatch(/: 2019-11-15, \d+ days ago \(\/var\/lib\/\S+ in the engine VM\)$/);
  expect(await asked(none, '')).toBe('last backup of the engine: none in its events, which are kept for 30 days');
  const away = async () => {
    throw new OperatorError('EngineUnreachable', 'connection refused');
  };
  expect(await look(away, '')).toEqual({
    words: 'last backup of the engine: not known (connection refused)',
    unknown: true,
  });
});
