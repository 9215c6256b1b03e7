import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import {
  besides,
  exportReads,
  type FoundDomain,
  judgeDomains,
  judgeExport,
  judgeMade,
  parseExport,
} from '../../../activities/storage/export.ts';
import { preflightStorageDomain, removeStorageDomain } from '../../../activities/storage/index.ts';

const WISH = { name: 'nfs1', type: 'nfs' as const, address: 'nas.test.local', path: '/exports/data' };
const ID = '0f3f6a5c-7a52-4f0c-9d1e-0d3f6a5c7a52';
const answer = (text: string, code = 0) => ({ text, code });
const NAME = answer('172.20.32.6     STREAM nas.test.local\n172.20.32.6     DGRAM\n172.20.32.6     RAW\n');
const OFFERED = answer('/exports/data   172.20.32.0/24\n/exports/backup 172.20.32.0/24\n');
const EMPTY = answer('root 36:36 755\n');
const parse = (change: object = {}) =>
  parseExport(WISH.address, { name: NAME, offered: OFFERED, content: EMPTY, ...change });

describe('what a host sees of an export', () => {
  it('is looked at through a mount of its own, read-only, in the version and with the options of the inventory', () => {
    const { content } = exportReads({ ...WISH, nfsVersion: 'v4_1', mountOptions: 'noatime' });
    expect(JSON.stringify(content)).toContain(
      'mount -t nfs -o ro,soft,nolock,timeo=100,retrans=1,nfsvers=4,minorversion=1,noatime nas.test.local:/exports/data /mnt',
    );
  });

  it('is an empty directory of vdsm', () => {
    const state = parse();
    expect(state).toEqual({
      addresses: ['172.20.32.6'],
      offered: ['/exports/data', '/exports/backup'],
      root: { owner: '36:36', mode: '755' },
      entries: [],
      domains: [],
    });
    expect(judgeExport('host1', state, WISH)).toEqual([]);
  });

  it('names domains, what is left of one, and what else lies there', () => {
    const content = answer(
      `root 36:36 755\nentry ${ID}\nentry lost+found\nentry broken\ndomain ${ID}\nDESCRIPTION=older\ndomain broken\n`,
    );
    const state = parse({ content });
    expect(state.domains).toEqual([{ id: ID, name: 'older' }, { id: 'broken' }]);
    expect(besides(state)).toEqual(['lost+found']);
    expect(judgeDomains(state, WISH, new Map([[ID, 'data1']])).map(({ what }) => what)).toEqual([
      `NFS export nas.test.local:/exports/data carries the storage domain older (${ID}), which is data1 of this engine`,
      'NFS export nas.test.local:/exports/data carries remnants of a storage domain (broken), which this engine does not have',
    ]);
  });

  it('tells a domain that was taken in from one that was made: by its name, its data center, its images, the job of the engine', () => {
    const pool = '5d1c3b1e-1f5a-4c8e-9b0e-7d1c3b1e1f5a';
    const content = (name: string, more = '') =>
      answer(`root 36:36 755\nentry ${ID}\ndomain ${ID}\nDESCRIPTION=${name}\nPOOL_UUID=\n${more}`);
    const [made] = parse({ content: content('nfs1') }).domains;
    expect(made).toEqual({ id: ID, name: 'nfs1' });
    const [used] = parse({ content: content('nfs1', `POOL_UUID=${pool}\nimage 1-2\nimage 3-4\n`) }).domains;
    const [other] = parse({ content: content('older') }).domains;
    const judged = (domain?: FoundDomain, ours: { job?: string } = {}) => domain && judgeMade(domain, WISH, ours)?.what;
    expect(judged(made)).toBeUndefined();
    const sentence = `the storage domain nfs1 of the engine was not made anew: it is ${ID}, which was in NFS export nas.test.local:/exports/data already and has been taken in; `;
    expect(judged(used)).toBe(`${sentence}it belongs to the data center ${pool}, it holds 2 images`);
    // One that was detached on the way: nobody has asked for it just now.
    expect(judgeMade(used as FoundDomain, WISH, undefined)).toBeUndefined();
    expect(judgeMade(other as FoundDomain, WISH, undefined)?.what).toBe(`${sentence}its own metadata call it older`);
    const job = 'Adding File Storage Domain nfs1';
    expect(judged(made, { job })).toBe(`${sentence}the engine calls its job "${job}"`);
  });

  it.each<[string, object, string, RegExp]>([
    ['has no address', { name: answer('', 2) }, 'nas.test.local does not resolve on host1', /DNS/],
    [
      'is not exported',
      {
        content: answer(
          'mount.nfs: mounting nas.test.local:/exports/data failed, reason given by server: No such file or directory\n',
          32,
        ),
        offered: answer('/exports/backup 172.20.32.0/24\n'),
      },
      'host1 cannot mount NFS export nas.test.local:/exports/data: mount.nfs: mounting nas.test.local:/exports/data failed, reason given by server: No such file or directory',
      /nas.test.local exports \/exports\/backup/,
    ],
    [
      'does not answer',
      {
        content: answer('mount.nfs: Connection timed out\n', 32),
        offered: answer('clnt_create: RPC: Port mapper failure - Timed out\n', 1),
      },
      'host1 cannot mount NFS export nas.test.local:/exports/data: mount.nfs: Connection timed out',
      /port 2049/,
    ],
    [
      'is root\u2019s',
      { content: answer('root 0:0 755\n') },
      'NFS export nas.test.local:/exports/data belongs to 0:0 with mode 755: vdsm (36:36) may not work in it',
      /chown 36:36/,
    ],
    [
      'shuts qemu out',
      { content: answer('root 36:36 700\n') },
      'NFS export nas.test.local:/exports/data belongs to 36:36 with mode 700: vdsm (36:36) may not work in it',
      /chmod 0755/,
    ],
  ])('is refused where it %s', (_what, change, what, fix) => {
    expect(judgeExport('host1', parse(change), WISH)).toEqual([{ what, fix: expect.stringMatching(fix) }]);
  });
});

describe('a domain in an export', () => {
  const context = { inventory: { storage: { dataDomains: [WISH] } } } as unknown as OperationContext;
  const host = { id: '7', name: 'host1', inventoryName: 'host1', status: 'up' };
  const preflight = (change: object, facts: object = {}) => {
    const exports = new Map(['host1', 'host2'].map((name) => [name, parse(change)]));
    const dataCenter = { id: '1', name: 'D', status: 'up' };
    const seen = {
      dataCenter,
      hosts: [host],
      strangers: [],
      seen: new Map(),
      exports,
      owners: new Map(),
      targets: [],
      sessions: new Map(),
      ...facts,
    };
    return preflightStorageDomain.decide(seen as never, { name: 'nfs1', dataCenter: 'D' }, context);
  };

  it('may lie beside other files, which are named and stay', () => {
    const { state, output } = preflight({ content: answer('root 36:36 755\nentry lost+found\n') });
    expect(state).toBe('already');
    expect(output).toMatchObject({ logins: [], content: [], beside: ['lost+found'] });
  });

  it('is told once that the export is not for vdsm, and of each host that it cannot mount it', () => {
    const findings = (change: object) => preflight(change).findings?.map(({ what }) => what);
    expect(findings({ content: answer('root 0:0 755\n') })).toHaveLength(1);
    expect(findings({ content: answer('mount.nfs: Connection timed out\n', 32) })).toHaveLength(2);
  });

  it('is no obstacle to itself', () => {
    const content = answer(`root 36:36 755\nentry ${ID}\ndomain ${ID}\nDESCRIPTION=nfs1\n`);
    const storage = { type: 'nfs', address: WISH.address, path: WISH.path };
    expect(preflight({ content }, { domain: { id: ID, name: 'nfs1', storage } }).state).toBe('already');
    expect(preflight({ content }).state).toBe('refused');
  });

  it('is taken out of the engine only; its files stay, and are told', () => {
    const facts = { host, domain: { id: ID, name: 'nfs1' }, ours: true };
    expect(removeStorageDomain.decide(facts as never, { name: 'nfs1', nfs: WISH }, context).changes).toEqual([
      { request: 'DELETE', path: `/storagedomains/${ID}`, query: { host: 'host1', format: 'false' } },
    ]);
    const remove = (content: object) => {
      const facts = { host, domain: undefined, ours: false, share: parse({ content }) };
      return removeStorageDomain.decide(facts as never, { name: 'nfs1', nfs: WISH }, context).leaves;
    };
    expect(remove(EMPTY)).toBeUndefined();
    expect(remove(answer(`root 36:36 755\nentry ${ID}\ndomain ${ID}\nDESCRIPTION=nfs1\n`))).toEqual({
      what: `NFS export nas.test.local:/exports/data carries the files of ${ID} (nfs1)`,
      byHand: `no undo removes them, because they may be somebody else's; if nobody needs them, on the server: rm -r /exports/data/${ID}`,
    });
    expect(remove(answer('mount.nfs: Connection timed out\n', 32))?.what).toBe(
      'nobody could look into NFS export nas.test.local:/exports/data: mount.nfs: Connection timed out',
    );
  });
});
