import type { Command } from 'commander';
import * as z from 'zod';
import { didYouMean } from '../../inventory/nearest.ts';
import type { RunbookDefinition } from '../../runbooks/definition.ts';
import { runbooks } from '../../runbooks/index.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { add, type Deliver } from '../command.ts';
import { usage } from '../failure.ts';
import { type Published, publishCatalog } from '../schedules/catalog.ts';
import { type CommonFlags, links, resolveSettings, type Settings } from '../settings.ts';
import { withSession } from '../temporal.ts';

/** The runbook of this name. @throws CliFailure (usage) with the nearest name. */
export function findRunbook(name: string): RunbookDefinition {
  const found = Object.hasOwn(runbooks, name) ? runbooks[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(runbooks);
  throw usage(`there is no runbook "${name}".${didYouMean(name, known)} See "npx runbook list".`, { known });
}

function entry(runbook: RunbookDefinition, settings: Settings) {
  const { name, title, purpose, risk, typicalDuration, source, example } = runbook;
  const ui = links.start(settings, name, TASK_QUEUE);
  const inputSchema = z.toJSONSchema(runbook.input, { io: 'input' });
  return { name, title, purpose, risk, typicalDuration, source, inputSchema, example, ...(ui && { ui }) };
}

interface Field {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

/** Two lines for each field; those of a group stand below it. */
function fieldLines({ properties = {}, required = [] }: Field, indent = '  '): readonly string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const kind = field.enum?.join('|') ?? field.type ?? 'value';
    const needed = required.includes(name) ? ', required' : '';
    const about = field.description === undefined ? [] : [`${indent}    ${field.description}`];
    return [`${indent}${name} (${kind}${needed})`, ...about, ...fieldLines(field, `${indent}    `)];
  });
}

function describe(runbook: RunbookDefinition, settings: Settings): string {
  const found = entry(runbook, settings);
  return [
    `${found.name}: ${found.title}`,
    '',
    found.purpose,
    '',
    `Risk: ${found.risk}. Typically ${found.typicalDuration}. Source: ${found.source}.`,
    '',
    'Input:',
    ...fieldLines(found.inputSchema as Field),
    '',
    `Look first:  npx runbook plan ${found.name} --input '${JSON.stringify(found.example)}'`,
    `Run:         npx runbook start ${found.name} --input '${JSON.stringify(found.example)}' --wait`,
    ...(found.ui ? [`In the UI:   ${found.ui}`] : []),
  ].join('\n');
}

function publishedText(published: readonly Published[], settings: Settings): string {
  const width = Math.max(...published.map(({ change }) => change.length));
  const ui = links.schedules(settings);
  return [
    ...published.map(
      ({ id, change }) =>
        `${change.padEnd(width)}  ${id}${change === 'kept' ? ' (it has times: it is a schedule of somebody)' : ''}`,
    ),
    ...(ui ? ['', `In the UI, open one and press Trigger: ${ui}`] : []),
  ].join('\n');
}

export function addCatalogue(program: Command, deliver: Deliver): void {
  add<CommonFlags>(
    program,
    {
      name: 'list',
      about: 'the runbooks that can be started',
      examples: ['list', 'list --json'],
      run: async (_args, flags) => {
        const settings = resolveSettings(flags);
        const all = Object.values(runbooks);
        const width = Math.max(...all.map(({ name }) => name.length));
        const lines = all.flatMap((runbook) => {
          const { name, title, risk, typicalDuration } = runbook;
          const { ui } = entry(runbook, settings);
          return [
            `${name.padEnd(width)}  ${title} (${risk}, ${typicalDuration})`,
            ...(ui ? [`  start it in the UI: ${ui}`] : []),
          ];
        });
        return { document: all.map((runbook) => entry(runbook, settings)), text: lines.join('\n') };
      },
    },
    deliver,
  );
  add<CommonFlags>(
    program,
    {
      name: 'describe <name>',
      about: 'what a runbook does and what input it takes',
      examples: ['describe deployHostedEngine', 'describe deployHostedEngine --json'],
      run: async ([name = ''], flags) => {
        const runbook = findRunbook(name);
        const settings = resolveSettings(flags);
        return { document: entry(runbook, settings), text: describe(runbook, settings) };
      },
    },
    deliver,
  );
  const group = program
    .command('catalog')
    .description('the runbooks as start buttons in the Temporal UI')
    .helpCommand(false);
  add<CommonFlags>(
    group,
    {
      name: 'publish',
      about:
        'one paused schedule per runbook, with example input and a note: Trigger starts it; again, it brings them up to date and removes those of runbooks that are gone',
      examples: ['catalog publish', 'catalog publish --json'],
      server: true,
      run: (_args, flags) =>
        withSession(resolveSettings(flags), async (session) => {
          const published = await publishCatalog(session);
          const { settings } = session;
          const document = published.map((one) => {
            const ui = one.change === 'removed' ? undefined : links.schedule(settings, one.id);
            return { ...one, ...(ui && { ui }) };
          });
          return { document, text: publishedText(published, settings) };
        }),
    },
    deliver,
  );
}
