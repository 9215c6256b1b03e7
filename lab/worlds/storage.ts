import { uuid } from '../ovirt/ids.ts';
import type { Lab, Lun, World } from '../types.ts';
import { hostOf } from './target.ts';

/** The LUN that is meant for the hosted engine: number 4 in the article's array. */
export function hostedEngineLun(lab: Lab): Lun {
  const lun = lab.luns.find((one) => one.number === 4) ?? lab.luns[0];
  if (!lun) throw new Error('the lab has no LUN');
  return lun;
}

/** The LUN of this WWID, or the one for the hosted engine. */
export function lunOf(lab: Lab, wwid: string | undefined): Lun {
  if (wwid === undefined) return hostedEngineLun(lab);
  const lun = lab.luns.find((one) => one.wwid === wwid);
  if (!lun) throw new Error(`the lab has no LUN ${wwid}`);
  return lun;
}

export const storageWorlds: Readonly<Record<string, World>> = {
  /** The LUN carries the volume group of someone's older storage domain. */
  'lun-dirty': (lab, { detail }) => {
    const lun = lunOf(lab, detail);
    const name = uuid(lab);
    const volume = { name: 'metadata', uuid: uuid(lab), size: 128 * 2 ** 20, tags: [], active: new Map() };
    lun.group = {
      name,
      uuid: uuid(lab),
      size: lun.size - 384 * 2 ** 20,
      tags: ['RHAT_storage_domain'],
      volumes: [volume],
    };
  },
  /** One of the host's paths to the LUN is down. */
  'lun-missing-path': (lab, target) => {
    const host = hostOf(lab, target);
    const path = lunOf(lab, target.detail).paths.get(host.name)?.[0];
    if (!path) throw new Error(`${host.name} has no path to the LUN`);
    path.up = false;
    path.prio = 0;
  },
  /** The LUN is not presented to the host any more: all its paths are down. */
  'lun-lost': (lab, target) => {
    for (const path of lunOf(lab, target.detail).paths.get(hostOf(lab, target).name) ?? []) {
      path.up = false;
      path.prio = 0;
    }
  },
};
