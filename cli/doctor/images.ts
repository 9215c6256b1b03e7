import { imageProxyUrl, testReach } from '../../activities/image/trust.ts';
import { hostAccess } from '../../activities/runtime/host-access.ts';
import type { EngineQuestion } from './engine.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

const ID = 'engine.images';

/**
 * The image proxy as uploads reach it, which shows a certificate of the engine's own CA also where the portal has got
 * another one. (article, section 12)
 */
export async function checkImages({ loaded, ssh, signal }: EngineQuestion): Promise<readonly Finding[]> {
  const { inventory, directory } = loaded;
  const url = imageProxyUrl(inventory.engine);
  const source = { ssh, inventory, inventoryDirectory: directory, signal };
  const { state, why, finding } = await testReach({ ...source, host: (name) => hostAccess(source, name) }, url);
  switch (state) {
    case 'trusted':
      return [ok(ID, url, `images find a trusted proxy: ${why}`)];
    case 'silent':
      return notChecked([ID], url, `${why}; uploads reach the daemons of the hosts or fail, which they test first`);
    case 'untrusted':
      return [problem(ID, url, finding?.what ?? why, finding?.fix ?? 'npx runbook inventory trust engine')];
  }
}
