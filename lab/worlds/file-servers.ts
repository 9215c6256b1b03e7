/** What befalls file servers; `body` is the path of the export that is meant, else the first one. */
import { uuid } from '../ovirt/ids.ts';
import { createFileDomain } from '../ovirt/vdsm/file-domain.ts';
import type { EventAction, Lab, NfsExport, NfsServer, World } from '../types.ts';

function serverOf(lab: Lab): NfsServer {
  const [server] = lab.nfs;
  if (!server) throw new Error('the lab has no file server');
  return server;
}

function exportOf(lab: Lab, path: string | undefined): NfsExport {
  const { exports, name } = serverOf(lab);
  const found = path === undefined ? exports[0] : exports.find((one) => one.path === path);
  if (!found) throw new Error(`${name} has no export ${path}; it has ${exports.map((one) => one.path).join(', ')}`);
  return found;
}

export const fileServerWorlds: Readonly<Record<string, World>> = {
  /** Nothing at the server's address answers; what hosts have mounted of it fails. */
  'nfs-away': (lab) => {
    serverOf(lab).answering = false;
  },
  'nfs-export-missing': (lab, { detail }) => {
    exportOf(lab, detail).offered = false;
  },
  /** Nobody gave the directory to vdsm. */
  'nfs-permissions': (lab, { detail }) => {
    exportOf(lab, detail).files.chown('/', 'root', 'root');
  },
  /** Remnants of a domain that nobody can read any more. */
  'nfs-dirty': (lab, { detail }) => {
    exportOf(lab, detail).files.write(`/${uuid(lab)}/dom_md/ids`, '', { owner: 'vdsm', group: 'kvm' });
  },
  /** The export carries a data domain named `older`, which no engine has at present. */
  'nfs-domain': (lab, { detail }) => {
    const share = exportOf(lab, detail);
    const from = { address: serverOf(lab).name, path: share.path, options: 'soft,nosharecache,timeo=600,retrans=6' };
    createFileDomain(share, { id: uuid(lab), name: 'older' }, from);
  },
};

export const fileServerEvents: Readonly<Record<string, EventAction>> = {
  /** The server answers and offers all of its exports; the one of `path` is vdsm's. */
  'repair-nfs': async (lab, { path }) => {
    const server = serverOf(lab);
    server.answering = true;
    for (const share of server.exports) share.offered = true;
    if (typeof path === 'string') exportOf(lab, path).files.chown('/', 'vdsm', 'kvm');
    lab.changed('file server repaired');
    return `someone repaired the file server ${server.name}`;
  },
};
