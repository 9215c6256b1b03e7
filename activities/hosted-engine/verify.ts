import { getText } from '../../connectors/http.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { parseUnits, type UnitState, unitQuery } from '../host/parse/systemctl.ts';
import { engineIsHealthy } from '../host/parse/vm-status.ts';
import { answeredOrNot, readAll } from '../host/read-all.ts';
import { type Finding, type OperationContext, operation } from '../operation.ts';
import { firstOf, lookPatiently } from '../runtime/look-patiently.ts';
import { describeHost } from './deploy.ts';
import { engineCa } from './engine-certificate.ts';
import { type EngineState, engineReads, parseEngineState } from './engine-state.ts';
import type { VerifyOutput, VerifyParams } from './params.ts';
import { resolveWish } from './wish.ts';

interface WebPage {
  /** Undefined: no answer; `text` says why. */
  readonly status?: number;
  readonly text: string;
}

interface ServingFacts {
  readonly engine: EngineState;
  readonly units: Readonly<Record<string, UnitState>>;
  readonly liveliness: string;
  readonly ca: string;
  readonly health: WebPage;
  readonly portal: WebPage;
}

const POLL_SECONDS = 10;

/** Proves that the engine serves: services, HA status, liveliness, health page and portal; waits while it comes up. */
export const verifyHostedEngine = operation<VerifyParams, ServingFacts, VerifyOutput>({
  name: 'verifyHostedEngine',
  title: ({ host }) => `Verify that the engine on ${host} serves`,
  look(context, params) {
    const seconds = params.waitSeconds ?? context.profile.hostedEngine.healthSeconds;
    const look = () => lookOnce(context, params);
    return lookPatiently(context, { seconds, every: POLL_SECONDS }, look, (facts) =>
      facts.engine.deployed ? firstOf('waiting for the engine', judge(facts, params, context)) : undefined,
    );
  },
  decide(facts, params, context) {
    const findings = judge(facts, params, context);
    const evidence = describe(facts, context);
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    const score = facts.engine.status?.hosts.find(engineIsHealthy)?.score ?? 0;
    const { fqdn } = resolveWish(params, context.inventory);
    const portal = `https://${fqdn}/ovirt-engine`;
    const serves = `the engine serves at ${portal}, HA score ${score}`;
    return { state: 'already', changes: [], evidence: [serves, ...evidence], output: { fqdn, portal, score } };
  },
});

async function lookOnce(context: OperationContext, { host }: VerifyParams): Promise<ServingFacts> {
  const { services } = context.profile.hostedEngine;
  const answers = await readAll(context.host(host), {
    ...engineReads(),
    services: unitQuery(services),
    liveliness: answeredOrNot(['hosted-engine', '--check-liveliness'], 30),
  });
  const engine = parseEngineState(answers);
  const url = context.inventory.engine.url;
  const ca = engine.deployed ? await engineCa(context, host) : { source: 'not looked for' };
  const [health, portal] = await Promise.all(
    [`${url}/services/health`, `${url}/`].map((page) => fetchPage(page, ca.pem, context.signal)),
  );
  const unasked = { text: 'not asked' };
  return {
    engine,
    units: parseUnits(answers.services.text, services),
    liveliness: answers.liveliness.text.trim(),
    ca: ca.source,
    health: health ?? unasked,
    portal: portal ?? unasked,
  };
}

async function fetchPage(url: string, ca: string | undefined, signal: AbortSignal): Promise<WebPage> {
  if (ca === undefined) return { text: 'not asked: without a CA nobody could tell who answers' };
  try {
    const { status, body } = await getText(url, { ca, signal });
    return { status, text: body.trim() };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { text: error.message };
  }
}

type Known = Pick<OperationContext, 'profile' | 'inventory'>;

function judge(facts: ServingFacts, params: VerifyParams, { profile, inventory }: Known): readonly Finding[] {
  const { engine, units, liveliness, health, portal } = facts;
  const { services, soundScore } = profile.hostedEngine;
  const { fqdn } = resolveWish(params, inventory);
  const { host } = params;
  if (!engine.deployed || engine.fqdn !== fqdn) {
    const there = engine.deployed ? `engine ${engine.fqdn} is` : 'no hosted engine is';
    return [{ what: `${there} deployed on ${host}, not ${fqdn}`, fix: `Deploy ${fqdn} first` }];
  }
  const findings: Finding[] = [];
  const demand = (holds: boolean, what: string, fix: string) => {
    if (!holds) findings.push({ what, fix });
  };
  for (const service of services) {
    const words = units[service]?.words ?? 'unknown';
    demand(units[service]?.active === true, `${service} on ${host} is ${words}`, `journalctl -u ${service}`);
  }
  const hosts = engine.status?.hosts ?? [];
  const healthy = hosts.find(engineIsHealthy);
  demand(
    healthy !== undefined,
    hosts.length === 0 ? `the HA daemons on ${host} publish no status` : hosts.map(describeHost).join('; '),
    'hosted-engine --vm-status; /var/log/ovirt-hosted-engine-ha/agent.log',
  );
  if (healthy !== undefined) {
    demand(
      healthy.score >= soundScore,
      `${healthy.hostName} has a score of ${healthy.score}; at least ${soundScore} is sound`,
      'Look for "Penalizing score" in /var/log/ovirt-hosted-engine-ha/agent.log: gateway, DNS, memory, CPU load',
    );
  }
  demand(
    engine.status?.globalMaintenance !== true,
    'global maintenance is set, so nobody would restart the engine VM',
    'hosted-engine --set-maintenance --mode=none',
  );
  demand(
    liveliness.includes('Hosted Engine is up!'),
    `check-liveliness says: ${liveliness || 'nothing'}`,
    'hosted-engine --vm-status',
  );
  demand(
    health.status === 200 && health.text.includes('DB Up'),
    `the health page of the engine says: ${page(health)}`,
    'Look at /var/log/ovirt-engine/engine.log in the engine VM, and at engine.url and engine.ca in the inventory',
  );
  demand(portal.status === 200, `the portal answers: ${page(portal)}`, 'Look at the httpd of the engine VM');
  return findings;
}

function describe(facts: ServingFacts, { profile, inventory }: Known): readonly string[] {
  const { services, fullScore } = profile.hostedEngine;
  const hosts = facts.engine.status?.hosts ?? [];
  const healthy = hosts.find(engineIsHealthy);
  const penalty =
    healthy !== undefined && healthy.score < fullScore
      ? [
          `score ${healthy.score} instead of ${fullScore}: the memory penalty, normal on the host of the engine VM in 4.3`,
        ]
      : [];
  return [
    `services: ${services.map((service) => `${service} ${facts.units[service]?.words ?? 'unknown'}`).join(', ')}`,
    ...hosts.map(describeHost),
    ...penalty,
    `check-liveliness: ${facts.liveliness || 'no answer'}`,
    `${inventory.engine.url}/services/health: ${page(facts.health)}`,
    `${inventory.engine.url}/: ${facts.portal.status === undefined ? facts.portal.text : `HTTP ${facts.portal.status}`}`,
    `certificate verified with ${facts.ca}`,
  ];
}

const SHOWN = 200;

function page({ status, text }: WebPage): string {
  const said = text.replace(/\s+/g, ' ').slice(0, SHOWN);
  return status === undefined ? said : `HTTP ${status}${said === '' ? '' : `, ${said}`}`;
}
