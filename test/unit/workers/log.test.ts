import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveSecret } from '../../../connectors/secrets.ts';
import { lineLogger } from '../../../workers/log.ts';
import { LOG_FORMATS, logSettings } from '../../../workers/log-settings.ts';
import { leaksIn } from '../../support/leaks.ts';

/** Quotes, `$`, blank, newline and bytes that Base64 writes with + and /. */
const SECRET = `p"a'$\{x} ~>?\nü/+ $(id)`;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'log-'));
  writeFileSync(join(directory, 'secret'), SECRET, { mode: 0o600 });
  await resolveSecret({ file: 'secret' }, directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(LOG_FORMATS)('a log as %s', (format) => {
  it.each([
    ['plain', SECRET],
    ['as JSON', JSON.stringify({ password: SECRET })],
    ['URL-encoded', `grant_type=password&password=${encodeURIComponent(SECRET)}`],
    ['as a form', new URLSearchParams({ password: SECRET }).toString()],
    ['in Base64', Buffer.from(SECRET).toString('base64')],
    ['in Basic credentials', `Basic ${Buffer.from(`admin@internal:${SECRET}`).toString('base64')}`],
    ['quoted for a shell', `echo '${SECRET.replaceAll("'", `'\\''`)}'`],
  ])('has no secret in any line, %s', (_form, text) => {
    const lines: string[] = [];
    const logger = lineLogger({ level: 'TRACE', format }, (line) => lines.push(line));
    logger.info(text);
    logger.debug('in a field', { output: text, deep: { list: [text] } });
    logger.warn('in a name', { [text]: 1 });
    logger.error('in a cause', { error: new Error('outer', { cause: new Error(text) }) });
    expect(lines).toHaveLength(4);
    expect(leaksIn('the log', lines.join(''), { secret: SECRET })).toEqual([]);
    for (const line of lines) expect(line).toContain('[secret]');
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
  });
});

const META = {
  workflowId: 'deploy-1',
  workflowRunId: '01a2',
  stepId: 'install EPEL',
  operation: 'host.packages',
  host: 'host1',
  attempt: 2,
  taskToken: 'CiQ',
  isLocal: false,
  sdkComponent: Symbol('activity'),
  waitedNs: 12n,
};

function logged(format: 'json' | 'text', message: string, meta?: object): string {
  const lines: string[] = [];
  lineLogger({ level: 'INFO', format }, (line) => lines.push(line)).info(message, meta);
  return lines.join('');
}

it('tells by which run, step, operation and host a line came about', () => {
  expect(JSON.parse(logged('json', 'host.packages.apply ended', META))).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    msg: 'host.packages.apply ended',
    workflowId: 'deploy-1',
    runId: '01a2',
    stepId: 'install EPEL',
    operation: 'host.packages',
    host: 'host1',
    attempt: 2,
    waitedNs: '12',
  });
  expect(logged('text', 'two\nlines', META)).toMatch(
    /^\S+Z INFO {2}two lines {2}workflowId=deploy-1 stepId="install EPEL" operation=host\.packages host=host1 attempt=2 waitedNs="?12"? runId=01a2\n$/,
  );
});

it('leaves out what is below its level', () => {
  const lines: string[] = [];
  const logger = lineLogger({ level: 'WARN', format: 'json' }, (line) => lines.push(line));
  logger.info('no');
  logger.warn('yes');
  expect(lines).toHaveLength(1);
});

describe('the settings of the log', () => {
  it('are text on a terminal, JSON elsewhere, and what the environment says', () => {
    expect(logSettings({}, true)).toEqual({ level: 'INFO', format: 'text' });
    expect(logSettings({}, false)).toEqual({ level: 'INFO', format: 'json' });
    expect(logSettings({ RUNBOOK_LOG_LEVEL: 'debug', RUNBOOK_LOG_FORMAT: 'JSON' }, true)).toEqual({
      level: 'DEBUG',
      format: 'json',
    });
  });

  it.each([
    [{ RUNBOOK_LOG_LEVEL: 'loud' }, 'RUNBOOK_LOG_LEVEL is LOUD, but must be one of TRACE, DEBUG, INFO, WARN, ERROR.'],
    [{ RUNBOOK_LOG_FORMAT: 'xml' }, 'RUNBOOK_LOG_FORMAT is xml, but must be one of json, text.'],
  ])('refuse %j in a sentence', (env, sentence) => {
    expect(() => logSettings(env, false)).toThrow(sentence);
  });
});
