import { type EngineDecision, engineOperation } from '../operation.ts';
import { diskFacts } from './facts.ts';
import type { ImageDisk } from './params.ts';
import { imageProxyUrl, type Reach, testReach } from './trust.ts';

/**
 * Reads whether the image proxy is to be trusted, as the button `Test connection` does. A proxy that does not answer is
 * no finding: the daemons on the hosts may. Changes nothing. (article, section 12)
 */
export const testImageProxy = engineOperation<object, Reach>({
  name: 'testImageProxy',
  title: () => 'Test the connection to the image proxy',
  look: (context) => testReach(context, imageProxyUrl(context.inventory.engine)),
  decide: (reach): EngineDecision<undefined> => judge([reach], ['trusted', 'silent']),
});

/**
 * Reads whether the bytes of an image have a way: to the daemon on the transfer's host, or through the proxy. Changes
 * nothing. (engine, /imagetransfers/{id}: transfer_url, proxy_url)
 */
export const testImageConnection = engineOperation<ImageDisk, readonly Reach[]>({
  name: 'testImageConnection',
  title: ({ name }) => `Test the connection for ${name}`,
  async look(context, { disk }) {
    const { transfer } = await diskFacts(context, disk);
    const urls = [transfer?.transfer_url, transfer?.proxy_url].flatMap((url) => url ?? []);
    return Promise.all(urls.map((url) => testReach(context, new URL(url).origin)));
  },
  decide: (reaches): EngineDecision<undefined> => judge(reaches, ['trusted']),
});

/** One good way is enough. */
function judge(reaches: readonly Reach[], good: readonly Reach['state'][]): EngineDecision<undefined> {
  const evidence = reaches.map(({ url, state, why }) => `${new URL(url).host} is ${WORDS[state]}: ${why}`);
  if (reaches.some(({ state }) => good.includes(state))) return { state: 'already', changes: [], evidence };
  const findings = reaches.map(({ url, why, finding }) => finding ?? silent(new URL(url).host, why));
  return { state: 'refused', changes: [], evidence, findings: findings.length > 0 ? findings : [NO_TRANSFER] };
}

const WORDS = { trusted: 'verified', silent: 'not reached', untrusted: 'not to be trusted' } as const;
const NO_TRANSFER = { what: 'no image transfer is open', fix: 'Roll back and start again' };

function silent(host: string, why: string) {
  return {
    what: `${host} does not answer: ${why}`,
    fix: 'Open the port to the worker, check the name, and that ovirt-imageio runs there (ovirt-imageio-daemon, -proxy)',
  };
}
