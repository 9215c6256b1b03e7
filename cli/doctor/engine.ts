import { readCertificate } from '../../connectors/certificate.ts';
import { engineCa } from '../../connectors/engine-ca.ts';
import { getText } from '../../connectors/http.ts';
import { serverCertificate } from '../../connectors/tls-certificate.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { LoadedInventory } from '../../inventory/load.ts';
import { judgeCertificate } from './certificate.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

const WARN_DAYS = 30;
/** Renewing the CA takes every host with it. */
const CA_WARN_DAYS = 90;
const RENEW = 'In global maintenance, run engine-setup in the engine VM and let it renew the certificates';
const TRUST = 'npx runbook inventory trust engine';

const ALL = [
  'engine.reachable',
  'engine.ca',
  'engine.caCertificate',
  'engine.certificate',
  'engine.health',
  'engine.login',
];

/** The engine as this machine reaches it. */
export async function checkEngine(
  { inventory, directory }: LoadedInventory,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { engine } = inventory;
  const { url } = engine;
  try {
    const pem = await engineCa(engine, directory, signal);
    const own = await serverCertificate(url, pem, signal);
    const ca = pem === undefined ? undefined : readCertificate(pem);
    const held = ca === undefined ? 'a CA that Node.js trusts' : `the CA ${ca.fingerprint}`;
    return [
      ok('engine.reachable', url, `the engine answers at ${url}`),
      ok('engine.ca', url, `its certificate is verified with ${held}`),
      ...(ca === undefined
        ? notChecked(['engine.caCertificate'], url, 'the inventory pins no CA')
        : [
            judgeCertificate({
              id: 'engine.caCertificate',
              subject: url,
              name: 'the CA of the engine',
              certificate: ca,
              warnDays: CA_WARN_DAYS,
              fix: RENEW,
            }),
          ]),
      judgeCertificate({
        id: 'engine.certificate',
        subject: url,
        name: 'the certificate of the engine',
        certificate: own,
        warnDays: WARN_DAYS,
        fix: RENEW,
      }),
      await health(url, pem, signal),
      ...notChecked(['engine.login'], url, 'a login is not tried yet'),
    ];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return unverified(url, error);
  }
}

function unverified(url: string, error: OperatorError): Finding[] {
  const what = error.message.replace(/\.$/, '');
  if (error.type === 'EngineUnreachable') {
    const fix =
      'Look whether the engine VM runs (hosted-engine --vm-status on a host), and at engine.url in the inventory';
    return [
      problem('engine.reachable', url, `nobody answers for the engine: ${what}`, fix),
      ...notChecked(ALL.slice(1), url, 'the engine does not answer'),
    ];
  }
  const fix =
    error.type === 'InvalidInventory' ? TRUST : `${TRUST}, after finding out why; --replace puts another CA in place`;
  return [
    ...notChecked(ALL.slice(0, 1), url, 'nobody can tell who answers there'),
    problem('engine.ca', url, `the engine cannot be verified: ${what}`, fix),
    ...notChecked(ALL.slice(2), url, 'the engine cannot be verified'),
  ];
}

async function health(url: string, pem: string | undefined, signal: AbortSignal): Promise<Finding> {
  const id = 'engine.health';
  const { status, body } = await getText(`${url}/services/health`, { ...(pem !== undefined && { ca: pem }), signal });
  const said = body.replace(/\s+/g, ' ').trim().slice(0, 120);
  if (status === 200 && body.includes('DB Up')) return ok(id, url, `the engine says: ${said}`);
  const fix = 'Give a starting engine ten minutes; then look at /var/log/ovirt-engine/engine.log in the engine VM';
  return problem(id, url, `the engine's health page says: HTTP ${status} ${said}`.trim(), fix);
}

/** Before the first deployment there is no engine, and nothing is wrong with that. */
export function beforeDeployment(findings: readonly Finding[]): readonly Finding[] {
  const why = 'no host has been deployed as a hosted engine yet';
  return findings.map(({ id, subject, state, what }) =>
    state === 'problem'
      ? { id, subject, state: 'notChecked' as const, what: `${why}, and ${what}` }
      : { id, subject, state, what },
  );
}
