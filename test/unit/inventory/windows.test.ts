import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkBlackouts } from '../../../cli/schedules/check-blackouts.ts';
import { namedWindow } from '../../../cli/schedules/named-window.ts';
import { parseInventory } from '../../../inventory/load.ts';

const SITE = `\
profile: ovirt-4.3
engine:
  fqdn: ovirt.test.local
  url: https://127.0.0.1:4443/ovirt-engine
  password: { env: A }
  rootPassword: { env: B }
hosts:
  - { name: host1, fqdn: host1.test.local, address: 127.0.0.1, ssh: { agent: true } }
storage:
  hostedEngine: { type: fc, lun: 3600a098000e4b4b3000003c95d171065 }
windows:
  - name: sundays
    cron: "30 2 * * SUN"
    timeZone: Europe/Zurich
    length: 4h
    blackouts: off.ics
blackouts: [freeze.ics]
`;
const folder = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-windows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('a window of the inventory', () => {
  test('gets its defaults, its zone spelt as the database does', () => {
    const { windows, blackouts } = parseInventory(SITE.replace('Europe', 'europe'), 'f').inventory;
    const rest = { cron: '30 2 * * SUN', timeZone: 'Europe/Zurich', length: '4h', blackouts: 'off.ics' };
    expect([windows, blackouts]).toEqual([
      [{ name: 'sundays', ...rest, atEnd: 'park', catchUp: '10m' }],
      ['freeze.ics'],
    ]);
  });

  test.each<[string, string, string]>([
    ['    length: 4h\n', '    length: soon\n', ' is "soon", but must be a duration such as 4h'],
    ['    length: 4h\n', '', 'f:12: windows[0].length is missing'],
    ['Europe/Zurich', 'Europe/Zuerich', 'f:14: windows[0].timeZone is "Europe/Zuerich", but must be a name of'],
    ['    cron: "30 2 * * SUN"\n', '', 'f:12: windows[0] must say when it opens, by cron or calendar.'],
    ['    length: 4h\n', '    length: 4h\n    calendar: { hour: 2 }\n', ' must say when it opens, by one of cron and'],
    ['cron: "30 2 * * SUN"', 'calendar: { hour: 25 }', 'f:13: windows[0].calendar.hour is 25, but must be a whole'],
    ['"30 2 * * SUN"', '"30 2 * * SON"', 'f:13: windows[0].cron is "30 2 * * SON", but must have numbers from 0 to 7'],
    ['    length: 4h\n', '    length: 4h\n    catchUp: 1s\n', 'windows[0].catchUp is "1s", but must be at least 10s.'],
    ['    length: 4h\n', '    length: 4h\n    atEnd: parks\n', 'atEnd is "parks", but must be one of park, continue'],
    ['[freeze.ics]', 'freeze.ics', 'f:17: blackouts is "freeze.ics", but must be a list.'],
  ])('%j as %j is refused with its line', (from, to, sentence) => {
    expect(() => parseInventory(SITE.replace(from, to), 'f')).toThrow(sentence);
  });

  test('has a name of its own', () => {
    const twice = `${SITE}`.replace(
      'blackouts: [',
      '  - { name: Sundays, cron: "@daily", timeZone: UTC, length: 1h }\nblackouts: [',
    );
    expect(() => parseInventory(twice, 'f')).toThrow('has already; each window needs its own');
  });

  test('is found by its name for a schedule', async () => {
    const path = write('datacenter.yaml', SITE);
    expect(await namedWindow('sundays', path)).toEqual({
      cron: '30 2 * * SUN',
      timeZone: 'Europe/Zurich',
      length: '4h',
      catchUp: '10m',
      window: { atEnd: 'park', blackouts: 'off.ics' },
    });
    expect(await namedWindow(undefined, '/nowhere')).toEqual({});
    await expect(namedWindow('sunday', path)).rejects.toThrow(
      `--window: ${path} describes no window "sunday"; described are sundays. Did you mean "sundays"?`,
    );
  });
});

test('calendars of blackouts are read when the inventory is checked, each mistake with its line', async () => {
  const path = write('datacenter.yaml', SITE);
  write('freeze.ics', 'no calendar');
  await expect(checkBlackouts(path)).rejects.toThrow(
    new RegExp(
      `^${path}:17: blackouts\\[0\\] names freeze.ics, which cannot be used: it is no iCalendar file.*\\n${path}:16: windows\\[0\\].blackouts names off.ics, which cannot be used: ENOENT`,
    ),
  );
  for (const name of ['freeze.ics', 'off.ics']) write(name, 'BEGIN:VCALENDAR\nEND:VCALENDAR\n');
  await checkBlackouts(path);
});

describe('a receiver of notices', () => {
  const withReceiver = (receiver: string) =>
    parseInventory(`${SITE}notifications: { receivers: [${receiver}] }\n`, 'f');

  test('is told everything, where nothing else is said', () => {
    const { inventory } = withReceiver('{ name: chat, webhook: { secretUrl: { env: CHAT_HOOK } } }');
    expect(inventory.notifications?.receivers[0]).toEqual({
      name: 'chat',
      webhook: { secretUrl: { env: 'CHAT_HOOK' }, headers: {} },
      events: ['approval', 'parked', 'ended', 'firingDropped'],
    });
  });

  test.each<[string, string]>([
    ['{ name: chat }', 'f:18: notifications.receivers[0] must have either webhook or command.'],
    ['{ name: chat, webhook: {} }', 'notifications.receivers[0].webhook must have either url or secretUrl.'],
    ['{ name: chat, webhook: { url: "http://chat.example.com/" } }', 'plain http only to this machine'],
    ['{ name: chat, command: [] }', 'notifications.receivers[0].command must name a program and its arguments.'],
    ['{ name: chat, command: [x], events: [all] }', 'must be one of approval, parked, ended, firingDropped.'],
    [
      '{ name: chat, webhook: { url: "https://x", headers: { Authorization: abc } } }',
      'must say where the secret is found',
    ],
    ['{ name: chat, command: [x] }, { name: chat, command: [y] }', 'has already; each receiver needs its own.'],
  ])('%s is refused', (receiver, sentence) => {
    expect(() => withReceiver(receiver)).toThrow(sentence);
  });
});
