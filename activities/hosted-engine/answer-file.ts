import { type Operation, operation } from '../operation.ts';
import { writeFile } from '../runtime/write-file.ts';
import { deploymentAnswers, renderAnswers } from './answers.ts';
import type { AnswerFileOutput, AnswerFileParams } from './params.ts';
import { answersPath } from './paths.ts';
import { resolveWish } from './wish.ts';

interface FileFacts {
  /** Undefined: there is no such file. */
  readonly content: string | undefined;
  readonly mode: string;
}

interface RemoveFile {
  readonly host: string;
  readonly path: string;
}

/** Writes the answers of the deployment, without passwords, readable by root only; none where the engine is deployed. */
export const answerFile: Operation<AnswerFileParams, FileFacts, AnswerFileOutput> = operation({
  name: 'answerFile',
  title: ({ host }) => `Write the answer file of the deployment on ${host}`,
  look: (context, params) =>
    lookAtFile(context.host(params.host), answersPath(resolveWish(params, context.inventory).fqdn)),
  decide(facts: FileFacts, params, { inventory }) {
    const path = answersPath(resolveWish(params, inventory).fqdn);
    const wished = renderAnswers(deploymentAnswers(params, inventory));
    const output = { path };
    if (facts.content === wished && facts.mode === '600') {
      return { state: 'already', changes: [], evidence: [`${path} holds the wished answers, mode 0600`], output };
    }
    if (params.seen.deployed) {
      return { state: 'already', changes: [], evidence: ['the engine is deployed: nothing asks for answers'], output };
    }
    return {
      state: 'wouldDo',
      changes: writeFile(path, '0600', { stdin: wished }),
      evidence: [facts.content === undefined ? `${path} does not exist` : `${path} holds other answers`],
      output,
      undo: {
        title: `Remove the answer file from ${params.host}`,
        call: { operation: 'removeAnswerFile', params: { host: params.host, path } satisfies RemoveFile },
        byHand: `rm -f ${path}`,
      },
    };
  },
});

/** Removes the answer file that a run wrote. */
export const removeAnswerFile = operation<RemoveFile, FileFacts>({
  name: 'removeAnswerFile',
  title: ({ host, path }) => `Remove ${path} from ${host}`,
  look: (context, { host, path }) => lookAtFile(context.host(host), path),
  decide(facts, { path }) {
    if (facts.content === undefined) return { state: 'already', changes: [], evidence: [`${path} does not exist`] };
    return { state: 'wouldDo', changes: [{ argv: ['rm', '-f', path] }], evidence: [`${path} exists`] };
  },
});

async function lookAtFile(
  shell: { read(argv: readonly string[]): Promise<{ code: number; stdout: string }> },
  path: string,
): Promise<FileFacts> {
  const mode = await shell.read(['stat', '-c', '%a', path]);
  const content = await shell.read(['cat', path]);
  return { content: content.code === 0 ? content.stdout : undefined, mode: mode.stdout.trim() };
}
