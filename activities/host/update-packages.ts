import { operation } from '../operation.ts';
import { stageOfYum } from './install-packages.ts';
import type { HostParams, UpdateOutput } from './params.ts';
import { parseUpdates } from './parse/yum.ts';

interface UpdateFacts {
  /** `unknown`: yum could not tell, because a repository fails or another yum holds the lock. */
  readonly state: 'none' | 'some' | 'unknown';
  readonly updates: readonly string[];
  readonly answer: string;
}

const SHOWN = 12;
/** yum waits for its lock without end. */
const LOOK_LIMIT_SECONDS = 80;

/** Brings every installed package to the version that the enabled repositories offer. */
export const updatePackages = operation<HostParams, UpdateFacts, UpdateOutput>({
  name: 'updatePackages',
  title: ({ host }) => `Update the packages of ${host}`,
  followed: true,
  limitSeconds: 7200,
  async look(context, { host }) {
    const answer = await context.host(host).read(['timeout', `${LOOK_LIMIT_SECONDS}`, 'yum', '-q', 'check-update']);
    const state = answer.code === 0 ? 'none' : answer.code === 100 ? 'some' : 'unknown';
    const said = `${answer.stdout}\n${answer.stderr}`.trim().split('\n').at(-1) ?? '';
    return {
      state,
      updates: parseUpdates(answer.stdout),
      answer: answer.code === 124 ? `no answer within ${LOOK_LIMIT_SECONDS} seconds` : said,
    };
  },
  decide(facts, { host }) {
    if (facts.state === 'unknown') {
      return {
        state: 'refused',
        changes: [],
        evidence: [`yum check-update: ${facts.answer}`],
        findings: [
          {
            what: `yum on ${host} cannot say what is to be updated: ${facts.answer}`,
            fix: 'Make "yum check-update" work on the host: disable or correct the failing repository, end the other yum',
          },
        ],
      };
    }
    const output = { pending: facts.updates.length };
    if (facts.state === 'none') {
      return { state: 'already', changes: [], evidence: ['no updates are pending'], output: { pending: 0 } };
    }
    const shown = facts.updates.slice(0, SHOWN).join(', ');
    const more = facts.updates.length > SHOWN ? ` and ${facts.updates.length - SHOWN} more` : '';
    return {
      state: 'wouldDo',
      changes: [{ argv: ['yum', '-y', 'update'] }],
      evidence: [`${facts.updates.length} updates are pending: ${shown}${more}`],
      output,
      leaves: {
        what: `${facts.updates.length} updated packages on ${host}`,
        byHand:
          'yum history list, then yum history undo with the id shown there; a new kernel is used from the next boot',
      },
    };
  },
  stage: stageOfYum,
});
