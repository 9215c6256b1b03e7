import { inUse } from '../vdsm/block-domain.ts';
import { StageError } from './console.ts';
import type { Deployment } from './deployment.ts';
import { play } from './playbook.ts';
import { fcDevices } from './plays/storage-domain.ts';
import { settle } from './question.ts';
import { GiB } from './volumes.ts';

/** The list of LUNs as the setup shows it. */
export function lunList(d: Deployment): { text: string; wwids: string[] } {
  const luns = d.host.luns();
  const text = luns
    .map(({ lun, paths }, index) => {
      const status = inUse(lun) ? 'used' : 'free';
      const active = paths.filter((path) => path.up).length;
      const size = Math.floor(lun.size / GiB);
      return `\t[${index + 1}]\t${lun.wwid}\t${size}GiB\t${lun.vendor.trim()}\t${lun.product.trim()}\n\t\tstatus: ${status}, paths: ${active} active\n`;
    })
    .join('\n');
  return { text, wwids: luns.map(({ lun }) => lun.wwid) };
}

/** Settles which LUN to use. Only Fibre Channel is there in the lab; other types fail as an unreachable server would. */
export async function chooseLun(d: Deployment): Promise<void> {
  const type = d.text('STORAGE/domainType');
  if (type !== 'fc') {
    throw new StageError(
      type === 'iscsi'
        ? 'Unable to find any target'
        : `Invalid connection path: ${d.text('STORAGE/storageDomainConnection')}`,
    );
  }
  if (d.has('STORAGE/LunID')) return;
  d.console.info('Getting Fibre Channel LUNs list');
  await play(d, 'fc_getdevices', [{ tasks: fcDevices }]);
  const { text, wwids } = lunList(d);
  if (wwids.length === 0) throw new StageError('Cannot find any LUN on the selected target');
  d.console.note(`The following luns have been found on the requested target:\n${text}`);
  const indexes = wwids.map((_, index) => String(index + 1));
  await settle(
    {
      name: 'OVEHOSTED_STORAGE_BLOCKD_LUN',
      key: 'STORAGE/lunIndex',
      text: 'Please select the destination LUN (@VALUES@) [@DEFAULT@]: ',
      valid: indexes,
      initial: () => '1',
    },
    d,
  );
  d.set('STORAGE/LunID', wwids[Number(d.text('STORAGE/lunIndex')) - 1] ?? '');
  d.environment.delete('OVEHOSTED_STORAGE/lunIndex');
}
