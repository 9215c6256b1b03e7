import { engineProduct } from '../../connectors/engine/model/product.ts';
import type { OperationContext } from '../operation.ts';

/** The engine's release as it calls itself: `4.3.7.2-1.el7`. */
export async function engineRelease(context: OperationContext): Promise<string> {
  return (await context.engine().get('', engineProduct)).product_info.version.full_version;
}

/** Before 4.3.10 a new installation of a host left the hosted engine out, whatever was asked for. (bugzilla 1817450) */
export function ignoresDeployment(release: string): boolean {
  const [, major, minor, build] = /^(\d+)\.(\d+)\.(\d+)/.exec(release) ?? [];
  return `${major}.${minor}` === '4.3' && Number(build) < 10;
}
