import * as z from 'zod';
import { hostCopy } from '../../activities/runtime/engine-access.ts';
import { readCertificate } from '../../connectors/certificate.ts';
import { engineCa } from '../../connectors/engine-ca.ts';
import { getText } from '../../connectors/http.ts';
import type { SshPool } from '../../connectors/ssh.ts';
import { serverCertificate } from '../../connectors/tls-certificate.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { LoadedInventory } from '../../inventory/load.ts';
import type { Profile } from '../../profiles/profile.ts';
import { accessOf } from './access.ts';
import { judgeCertificate } from './certificate.ts';
import { type Finding, GIVE_SECRET, notChecked, ok, problem } from './finding.ts';

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

export interface EngineQuestion {
  readonly loaded: LoadedInventory;
  readonly profile: Profile;
  readonly ssh: SshPool;
  readonly signal: AbortSignal;
}

/** The engine as this machine reaches it, verified as a worker verifies it. */
export async function checkEngine(question: EngineQuestion): Promise<readonly Finding[]> {
  const { loaded, ssh, signal } = question;
  const { inventory, directory } = loaded;
  const { url } = inventory.engine;
  try {
    const pinned = await engineCa(inventory.engine, directory, signal);
    const pem = pinned ?? (await hostCopy({ ssh, inventory, inventoryDirectory: directory, signal }));
    const own = await serverCertificate(url, pem, signal);
    return [
      ok('engine.reachable', url, `the engine answers at ${url}`),
      ...judgeCa(url, pem, pinned !== undefined),
      judgeCertificate({
        id: 'engine.certificate',
        subject: url,
        name: 'the certificate of the engine',
        certificate: own,
        warnDays: WARN_DAYS,
        fix: RENEW,
      }),
      await health(url, pem, signal),
      await login(question),
    ];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return unverified(url, error);
  }
}

function judgeCa(url: string, pem: string | undefined, pinned: boolean): Finding[] {
  const certificate = pem === undefined ? undefined : readCertificate(pem);
  if (certificate === undefined) {
    return [
      ok('engine.ca', url, 'its certificate is verified with a CA that Node.js trusts'),
      ...notChecked(['engine.caCertificate'], url, 'the inventory pins no CA'),
    ];
  }
  const source = pinned ? 'of the inventory' : 'that a host got from its engine';
  return [
    ok('engine.ca', url, `its certificate is verified with the CA ${source}, ${certificate.fingerprint}`),
    judgeCertificate({
      id: 'engine.caCertificate',
      subject: url,
      name: 'the CA of the engine',
      certificate,
      warnDays: CA_WARN_DAYS,
      fix: RENEW,
    }),
  ];
}

const apiRoot = z.object({ product_info: z.object({ version: z.object({ full_version: z.string() }) }) });

/** Logs in as the runbooks do; the engine notes it among its events. */
async function login(question: EngineQuestion): Promise<Finding> {
  const id = 'engine.login';
  const { loaded, profile } = question;
  const { url, user } = loaded.inventory.engine;
  try {
    const api = await accessOf(question).engine().get('', apiRoot);
    const version = api.product_info.version.full_version;
    const seen = `${user} logs in; the engine is oVirt ${version}`;
    if (version.startsWith(`${profile.name.replace(/^\D+/, '')}.`)) return ok(id, url, seen);
    return problem(
      id,
      url,
      `${seen}, but the inventory names profile ${profile.name}`,
      'Name the profile of this version',
    );
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const fix =
      error.type === 'SecretMissing'
        ? GIVE_SECRET
        : 'Correct engine.user or the secret of engine.password; a locked user is unlocked in the engine VM: ovirt-aaa-jdbc-tool user unlock';
    return problem(id, url, error.message.replace(/\.$/, ''), fix);
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
