import type { Profile } from '../../profiles/profile.ts';
import { type Decision, type Operation, operation } from '../operation.ts';
import type { Repository } from './params.ts';
import { packageQuery, parsePackages } from './parse/rpm.ts';
import { parseRepositoryFiles } from './parse/yum.ts';
import { readAll } from './read-all.ts';

interface RepositoryFacts {
  /** Undefined: no such repository is configured. */
  readonly enabled: boolean | undefined;
  readonly toolInstalled: boolean;
}

/** Switches a yum repository off; one that is not configured is as good as off. */
export const disableRepository = switching('disableRepository', false);

/** Switches a yum repository on again. */
export const enableRepository = switching('enableRepository', true);

function switching(
  name: 'disableRepository' | 'enableRepository',
  wished: boolean,
): Operation<Repository, RepositoryFacts> {
  const word = wished ? 'enable' : 'disable';
  return operation<Repository, RepositoryFacts>({
    name,
    title: ({ host, repository }) => `${wished ? 'Enable' : 'Disable'} repository ${repository} on ${host}`,
    // yum-config-manager may have to be installed first.
    followed: true,
    limitSeconds: 900,
    async look(context, { host, repository }) {
      // The files are what yum-config-manager changes: it ends with 0 and says nothing for an unknown id.
      const answers = await readAll(context.host(host), {
        files: 'cat /etc/yum.conf /etc/yum.repos.d/*.repo',
        tool: packageQuery(['yum-utils']),
      });
      const id = repositoryId(repository, context.profile);
      return {
        enabled: parseRepositoryFiles(answers.files.text).get(id)?.enabled,
        toolInstalled: parsePackages(answers.tool.text).length > 0,
      };
    },
    decide(facts, { host, repository }, { profile }) {
      const id = repositoryId(repository, profile);
      const seen = facts.enabled === undefined ? 'is not configured' : facts.enabled ? 'is enabled' : 'is disabled';
      const evidence = [`repository ${id} ${seen}`];
      if (facts.enabled === undefined && wished) return unknownRepository(host, id, evidence);
      if ((facts.enabled ?? false) === wished) return { state: 'already', changes: [], evidence };
      // Without the repository in question, which may be the reason why yum fails.
      const tool = { argv: ['yum', '-y', `--disablerepo=${id}`, 'install', 'yum-utils'] };
      return {
        state: 'wouldDo',
        changes: [...(facts.toolInstalled ? [] : [tool]), { argv: ['yum-config-manager', `--${word}`, id] }],
        evidence,
        undo: {
          title: `${wished ? 'Disable' : 'Enable'} repository ${id} on ${host} again`,
          call: {
            operation: wished ? 'disableRepository' : 'enableRepository',
            params: { host, repository: id } satisfies Repository,
          },
          byHand: `yum-config-manager --${wished ? 'disable' : 'enable'} ${id}`,
        },
      };
    },
  });
}

function repositoryId(repository: Repository['repository'], profile: Profile): string {
  return repository === 'libvirtLatest' ? profile.repositories.libvirtLatest : repository;
}

function unknownRepository(host: string, id: string, evidence: readonly string[]): Decision<undefined> {
  return {
    state: 'refused',
    changes: [],
    evidence,
    findings: [
      {
        what: `repository ${id} is not configured on ${host}, so it cannot be enabled`,
        fix: 'Put its .repo file back into /etc/yum.repos.d, or go without it',
      },
    ],
  };
}
