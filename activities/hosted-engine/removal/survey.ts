import type { HostView } from '../../engine/hosts.ts';
import { operation } from '../../operation.ts';
import { lookPatiently } from '../../runtime/look-patiently.ts';
import { fitHosts, unfitOthers } from '../ha/fitness.ts';
import { type HaHost, isDeployed, readHaHosts } from '../ha/read-host.ts';
import { enginePlace, hostIdOf } from '../ha/views.ts';
import { Verdict } from '../preflight/checks.ts';
import { askEngine, engineIsAway } from '../reboot/survey.ts';
import type { RemovalSurvey, SurveyRemoval } from './params.ts';

interface RemovalFacts {
  readonly hosts: readonly HaHost[];
  /** The host as the engine manages it; a sentence where the engine tells nothing of it. */
  readonly managed: HostView | string;
}

/** An engine whose VM runs is most likely just starting; not asked, it would start vdsm again in the middle of a cleanup. */
const PATIENCE = { seconds: 300, every: 15 };

/**
 * Finds out what it means to take the hosted engine off this host. Refuses where the engine would go with it, unless
 * that is what is wanted, and where nobody can tell.
 */
export const surveyRemoval = operation<SurveyRemoval, RemovalFacts, RemovalSurvey>({
  name: 'surveyRemoval',
  title: ({ host }) => `Find out what a cleanup of ${host} means`,
  async look(context, { host }) {
    const look = async () => {
      const [hosts, managed] = await Promise.all([readHaHosts(context), askEngine(context, host)]);
      return { hosts, managed };
    };
    return lookPatiently(context, PATIENCE, look, ({ hosts, managed }) =>
      enginePlace(hosts).runsOn !== undefined && engineIsAway(managed) ? managed : undefined,
    );
  },
  decide({ hosts, managed }, { host, engineToo = false }) {
    const verdict = new Verdict();
    const here = hosts.find(({ name }) => name === host);
    const place = enginePlace(hosts);
    const { runsOn } = place;
    const runsHere = here !== undefined && (here.sight?.domain === 'running' || here.name === runsOn);
    const deployed = here?.sight !== undefined && isDeployed(here.sight);
    const fit = fitHosts(hosts).filter((name) => name !== host);
    verdict.demand(
      here !== undefined,
      `${host} does not have the role hostedEngine in the inventory`,
      'Name a host with the role hostedEngine, or give this one the role while it is cleaned up',
    );
    verdict.demand(
      here === undefined || here.sight !== undefined,
      `${host} cannot be asked (${here?.unreachable ?? 'no answer'})`,
      'Check power, network and sshd of the host',
    );
    const told = 'Move the engine away first; or, if it is to be destroyed, start with "engineToo": true';
    verdict.demand(
      here?.sight === undefined || here.sight.domain !== 'unknown' || !deployed,
      `libvirt on ${host} does not tell whether it runs the engine VM`,
      'systemctl status libvirtd on that host',
    );
    verdict.demand(!runsHere || engineToo, `${host} runs the engine VM, which the cleanup would end`, told);
    const others = unfitOthers(host, hosts).join('; ') || 'there is no other host for it';
    verdict.demand(
      !deployed || runsHere || fit.length > 0 || engineToo,
      `${host} is the last host that could run the engine VM: ${others}`,
      told,
    );
    verdict.seen(deployed ? `a hosted engine is deployed on ${host}` : `no hosted engine is deployed on ${host}`);
    verdict.seen(runsOn === undefined ? 'no host runs the engine VM' : `${runsOn} runs the engine VM`);
    verdict.seen(`other hosts fit for the engine VM: ${fit.join(', ') || 'none'}`);
    verdict.seen(typeof managed === 'string' ? managed : `${managed.name} in the engine: ${managed.status}`);
    const { findings, evidence } = verdict;
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    const id = here === undefined ? undefined : hostIdOf(here, hosts);
    return {
      state: 'already',
      changes: [],
      evidence,
      output: {
        deployed,
        takesEngine: deployed && (runsHere || fit.length === 0),
        ...(runsOn !== undefined && { runsOn }),
        fitElsewhere: fit,
        managed: typeof managed !== 'string',
        ...(engineIsAway(managed) && { engineAway: managed }),
        ...(id !== undefined && { hostId: id }),
      },
    };
  },
});
