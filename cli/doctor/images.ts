import { imageProxyUrl, testReach } from '../../activities/image/trust.ts';
import { accessOf } from './access.ts';
import type { EngineQuestion } from './engine.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

const ID = 'engine.images';

/**
 * The image proxy as uploads reach it, which shows a certificate of the engine's own CA also where the portal has got
 * another one. (article, section 12)
 */
export async function checkImages(question: EngineQuestion): Promise<readonly Finding[]> {
  const url = imageProxyUrl(question.loaded.inventory.engine);
  const { state, why, finding } = await testReach(accessOf(question), url);
  switch (state) {
    case 'trusted':
      return [ok(ID, url, `images find a trusted proxy: ${why}`)];
    case 'silent':
      return notChecked([ID], url, `${why}; uploads reach the daemons of the hosts or fail, which they test first`);
    case 'untrusted':
      return [problem(ID, url, finding?.what ?? why, finding?.fix ?? 'npx runbook inventory trust engine')];
  }
}
