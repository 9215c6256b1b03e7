import { sizeGiB } from '../../host/parse/multipath.ts';
import { dirtyLun, lunContent, lunFacts } from '../lun.ts';
import type { LunFacts } from '../params.ts';
import type { CheckInput, Verdict } from './checks.ts';

/** The LUN is there under its WWID, over sound paths, large enough and empty. */
export function checkLun(
  { facts, wish, inventory, host, profile, deployed }: CheckInput,
  verdict: Verdict,
): LunFacts | undefined {
  const { lun } = facts;
  const { map } = lun;
  if (map === undefined) {
    verdict.demand(
      false,
      `LUN ${wish.lun} is not visible on ${host.name}`,
      'Present it to the host on the array, rescan (rescan-scsi-bus.sh or a reboot), then look at multipath -ll; correct storage.hostedEngine.lun if it is another',
    );
    return undefined;
  }
  const usable = map.paths.filter((path) => path.usable);
  verdict.seen(
    `LUN ${wish.lun} is ${map.dm}, ${map.vendor} ${map.product}, ${map.size}, ${usable.length} of ${map.paths.length} paths active ready running`,
  );
  const broken = map.paths.filter((path) => !path.usable).map((path) => `${path.hctl} ${path.device} ${path.state}`);
  verdict.demand(
    map.paths.length > 0 && broken.length === 0,
    `LUN ${wish.lun} on ${host.name} has paths that are not active ready running: ${broken.join(', ') || 'it has no path at all'}`,
    'Look at cables, switch zoning and controllers of the array, then at multipath -ll',
  );
  verdict.demand(!map.readOnly, `LUN ${wish.lun} is read-only on ${host.name}`, 'Present it for writing on the array');
  const size = sizeGiB(map.size);
  const needed = wish.diskGiB + profile.hostedEngine.storageOverheadGiB;
  verdict.demand(
    size !== undefined && size >= needed,
    `LUN ${wish.lun} has ${map.size}; a disk of ${wish.diskGiB} GiB needs ${needed} GiB there`,
    'Take a larger LUN or ask for a smaller disk (input diskGiB)',
  );
  const expected = inventory.storage.hostedEngine.size;
  verdict.demand(
    expected === undefined || sizeGiB(expected) === size,
    `LUN ${wish.lun} has ${map.size}, but the inventory expects ${expected}: this may be the wrong LUN`,
    'Correct storage.hostedEngine in the inventory',
  );
  if (deployed) verdict.seen(`LUN ${wish.lun} holds ${lunContent(lun).join('; ') || 'nothing'}`);
  else verdict.findings.push(...dirtyLun(lun, host.name));
  return lunFacts(lun);
}
