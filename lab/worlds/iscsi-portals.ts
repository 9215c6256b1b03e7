import type { EventAction, IscsiPortal, Lab, World } from '../types.ts';

/** The portal of an address, or all of them. */
function portalsOf(lab: Lab, address: string | undefined): IscsiPortal[] {
  const all = [...new Set(lab.targets.flatMap((target) => target.portals))];
  const meant = all.filter((portal) => address === undefined || portal.address === address);
  if (meant.length > 0) return meant;
  throw new Error(`there is no iSCSI portal ${address}; there are ${all.map((one) => one.address).join(', ')}`);
}

export const iscsiWorlds: Readonly<Record<string, World>> = {
  /** A portal does not answer, `body` says which (else none does): the paths over it fail. */
  'iscsi-portal-away': (lab, { detail }) => {
    for (const portal of portalsOf(lab, detail)) portal.answering = false;
  },
};

export const iscsiEvents: Readonly<Record<string, EventAction>> = {
  'repair-iscsi': async (lab, { address }) => {
    for (const portal of portalsOf(lab, typeof address === 'string' ? address : undefined)) portal.answering = true;
    lab.changed('iSCSI portals repaired');
    return 'someone repaired the iSCSI portals';
  },
};
