import { dateOf, daysUntil } from '../../../connectors/certificate.ts';
import { getText } from '../../../connectors/http.ts';
import { serverCertificate } from '../../../connectors/tls-certificate.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import type { OperationContext } from '../../operation.ts';
import { type EngineCa, engineCa } from '../engine-certificate.ts';
import type { Verdict } from '../preflight/checks.ts';

/** The engine as browsers and clients reach it from the worker. */
export interface EngineWeb {
  readonly url: string;
  /** What vouches for it, or why nothing does. */
  readonly ca: string;
  readonly health: Answer;
  readonly portal: Answer;
  readonly certificate?: { readonly notAfter: string; readonly daysLeft: number };
}

export interface Answer {
  /** Absent: no answer; `text` says why. */
  readonly status?: number;
  readonly text: string;
}

/** engine-setup offers to renew from 60 days on; below this it is urgent. */
const URGENT_DAYS = 30;

export async function readEngineWeb(context: OperationContext, host: string): Promise<EngineWeb> {
  const { url } = context.inventory.engine;
  const { pem, source } = await engineCa(context, host).catch(withoutCa);
  if (pem === undefined) {
    const unasked = { text: 'not asked: without a CA nobody could tell who answers' };
    return { url, ca: source, health: unasked, portal: unasked };
  }
  const page = (path: string) =>
    answer(async () => {
      const { status, body } = await getText(`${url}${path}`, { ca: pem, signal: context.signal });
      return { status, text: body.replace(/\s+/g, ' ').trim().slice(0, 200) };
    });
  const [health, portal, certificate] = await Promise.all([
    page('/services/health'),
    page('/'),
    serverCertificate(url, pem, context.signal).catch(unanswered),
  ]);
  return {
    url,
    ca: source,
    health,
    portal,
    ...(certificate !== undefined && {
      certificate: {
        notAfter: dateOf(certificate.notAfter),
        daysLeft: daysUntil(certificate.notAfter),
      },
    }),
  };
}

async function answer(read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { text: error.message };
  }
}

/** A host that cannot be reached is told of elsewhere. */
function withoutCa(error: unknown): EngineCa {
  if (!(error instanceof OperatorError)) throw error;
  return { source: error.message };
}

/** The pages tell why already. */
function unanswered(error: unknown): undefined {
  if (!(error instanceof OperatorError)) throw error;
  return undefined;
}

export function judgeEngineWeb({ url, ca, health, portal, certificate }: EngineWeb, verdict: Verdict): void {
  const said = ({ status, text }: Answer) => (status === undefined ? text : `HTTP ${status} ${text}`.trim());
  verdict.demand(
    health.status === 200 && health.text.includes('DB Up'),
    `the health page ${url}/services/health says: ${said(health)}`,
    'Look at /var/log/ovirt-engine/engine.log in the engine VM, and at engine.url and engine.ca in the inventory',
  );
  verdict.demand(
    portal.status === 200,
    `the portal ${url}/ answers: ${portal.status === undefined ? portal.text : `HTTP ${portal.status}`}`,
    'Look at httpd and ovirt-engine in the engine VM',
  );
  if (health.status !== undefined) verdict.seen(`${url}/services/health: ${said(health)}, verified with ${ca}`);
  if (certificate === undefined) return;
  const { notAfter, daysLeft } = certificate;
  verdict.seen(`the certificate of the engine ends on ${notAfter}`);
  verdict.demand(
    daysLeft >= URGENT_DAYS,
    `the certificate of the engine ends on ${notAfter}, in ${daysLeft} days`,
    'In global maintenance, run engine-setup in the engine VM and let it renew the certificates',
  );
}
