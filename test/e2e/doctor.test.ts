import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../cli/doctor/finding.ts';
import { importInventory } from '../../cli/import/index.ts';
import { parseInventory } from '../../inventory/load.ts';
import { lookOnHost } from '../support/host-files.ts';
import { leaksIn } from '../support/leaks.ts';
import { temporalAddress } from '../support/temporal.ts';
import { createAuthority } from '../unit/connectors/certificates.ts';
import { Cli } from './cli-command.ts';
import { brokenInManyPlaces, refused, UntrustedSite } from './untrusted-site.ts';

/** One story: a datacentre is trusted step by step, examined, and examined again when it is broken in many places. */
let site: UntrustedSite;

interface Doctor {
  readonly checks: readonly Finding[];
}

beforeAll(async () => {
  site = await UntrustedSite.open();
  await site.keepRuns('90 days');
});
afterAll(() => site?.close());

const problems = (checks: readonly Finding[]) =>
  checks.filter(({ state }) => state === 'problem').map(({ id, subject }) => `${id} ${subject}`);
const find = (checks: readonly Finding[], id: string) => checks.find((finding) => finding.id === id);

test('a sound stack has nothing missing; what cannot be looked at is said', async () => {
  const { code, document, stderr } = await new Cli(site.stack.worker.home).json<Doctor>(['doctor'], site.env);
  const { checks } = document;
  expect(problems(checks), JSON.stringify(document, null, 1)).toEqual([]);
  expect(code, stderr).toBe(0);
  const left = checks.filter(({ state }) => state === 'notChecked');
  expect(left.map(({ id, subject }) => `${id} ${subject}`)).toEqual(['host.clock host1', 'host.clock host2']);
  expect([...new Set(checks.map(({ id }) => id))]).toEqual(
    expect.arrayContaining([
      ...['inventory.valid', 'inventory.image', 'secret', 'home.writable', 'home.space'],
      ...['temporal.reachable', 'temporal.namespace', 'temporal.retention', 'temporal.searchAttributes'],
      ...['temporal.worker', 'placement.machine', 'placement.temporal', 'placement.worker'],
      ...['engine.reachable', 'engine.ca', 'engine.caCertificate', 'engine.certificate', 'engine.health'],
      ...[
        'engine.login',
        'engine.images',
        'host.hostKey',
        'host.login',
        'host.sudo',
        'host.system',
        'host.certificate',
        'host.controller',
      ],
    ]),
  );
  for (const finding of checks) expect(Object.values(finding)).not.toContain(null);
});

test('looking changes nothing, and shows no secret', async () => {
  const { revision } = await site.stack.control.state();
  const { stdout, stderr } = await new Cli(site.stack.worker.home).run(['doctor'], site.env);
  expect((await site.stack.control.state()).revision).toBe(revision);
  const secret = (name: string) => site.stack.lab.file(`secrets/${name}`).trim();
  const secrets = { engine: secret('engine-admin-password'), root: secret('engine-root-password') };
  expect(stdout).toContain('✓ engine.password is found in secrets/engine-admin-password');
  expect(leaksIn('the output', stdout + stderr, secrets)).toEqual([]);
});

test('what is not pinned is told with the command that pins it', async () => {
  const checks = await site.doctor(site.mine);
  expect(problems(checks)).toEqual(
    ['engine.ca', 'engine.machine the engine VM', 'host.hostKey host1', 'host.hostKey host2'].map((line) =>
      line === 'engine.ca' ? `engine.ca ${site.stack.lab.engine}` : line,
    ),
  );
  expect(find(checks, 'host.hostKey')?.fix).toBe('npx runbook inventory trust host1');
  expect(find(checks, 'engine.ca')?.fix).toContain('npx runbook inventory trust engine');
  expect(find(checks, 'engine.machine')?.fix).toBe('npx runbook inventory trust engine');
});

test('trust pins nothing that nobody has compared', async () => {
  const before = readFileSync(site.mine, 'utf8');
  const asked = await new Cli(site.stack.worker.home).json<{ error: { exit: number; offered: string[] } }>(
    ['inventory', 'trust', 'host1', '--inventory', site.mine],
    site.env,
  );
  expect([asked.code, asked.document.error.exit]).toEqual([4, 4]);
  expect(asked.document.error.offered).toEqual([expect.stringMatching(/^SHA256:/)]);
  expect(await refused(site.trust('host1', { fingerprint: `SHA256:${'A'.repeat(43)}` }))).toMatchObject({
    exit: 2,
    message: expect.stringContaining('Nothing was pinned'),
  });
  expect(await refused(site.trust('hots1'))).toMatchObject({
    exit: 2,
    message: expect.stringContaining('mean "host1"?'),
  });
  expect(await refused(site.trust('engine'))).toMatchObject({
    exit: 4,
    message: expect.stringContaining('CN=ovirt.test.local'),
  });
  expect(readFileSync(site.mine, 'utf8')).toBe(before);
});

test('trust says when nobody answers', async () => {
  const away = join(dirname(site.mine), 'away.yaml');
  const text = readFileSync(site.mine, 'utf8')
    .replace(/(?<=name: host1[\s\S]*?port: )\d+/, '1')
    .replace(/127\.0\.0\.1:\d+\/ovirt/, '127.0.0.1:1/ovirt');
  writeFileSync(away, text);
  for (const name of ['host1', 'engine']) {
    expect(await refused(site.trust(name, { inventory: away })), name).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/connection refused.*Nothing was pinned/),
    });
  }
});

test('trust pins what was compared, leaves the rest of the file alone, and then knows it', async () => {
  const before = readFileSync(site.mine, 'utf8');
  const offered = await site.shown('host1');
  const pinned = await site.trust('host1', { fingerprint: `256 ${offered} root@host1 (ED25519)` });
  expect(pinned).toMatchObject({ changed: true, pinned: { fingerprint: offered } });
  const added = readFileSync(site.mine, 'utf8')
    .split('\n')
    .filter((line) => !before.split('\n').includes(line));
  expect(added).toEqual([`      hostKey: "${site.hostKeys.host1}"`]);
  expect(await site.trust('host1')).toMatchObject({ changed: false });

  // With one host pinned, the CA that it got from the engine vouches for the engine.
  const halfway = await site.doctor(site.mine);
  expect(problems(halfway)).toEqual(['engine.machine the engine VM', 'host.hostKey host2']);
  expect(find(halfway, 'engine.ca')?.what).toContain('with the CA that a host got from its engine');

  // Of the engine its CA first, then the key of its VM.
  for (const name of ['host2', 'engine', 'engine']) {
    expect(await site.trust(name, { fingerprint: await site.shown(name) }), name).toMatchObject({ changed: true });
  }
  for (const name of ['host2', 'engine']) expect(await site.trust(name), name).toMatchObject({ changed: false });
  expect(parseInventory(readFileSync(site.mine, 'utf8'), site.mine).inventory.engine.ssh?.hostKey).toMatch(
    /^ssh-ed25519 AAAA/,
  );
  expect(readFileSync(site.mine, 'utf8')).toMatch(/fingerprint: "([0-9A-F]{2}:){31}[0-9A-F]{2}"\n/);
  expect(problems(await site.doctor(site.mine))).toEqual([]);
});

test('another key or CA than the pinned one is replaced only on request', async () => {
  const right = readFileSync(site.mine, 'utf8');
  const swapped = right
    .replace(site.hostKeys.host1 ?? '', () => site.hostKeys.host2 ?? '')
    .replace(/fingerprint: "..:/, 'fingerprint: "00:');
  writeFileSync(site.mine, swapped);
  const checks = await site.doctor(site.mine);
  expect(problems(checks)).toEqual([`engine.ca ${site.stack.lab.engine}`, 'host.hostKey host1']);
  expect(find(checks, 'host.hostKey')?.fix).toContain('npx runbook inventory trust host1 --replace');
  for (const name of ['host1', 'engine']) {
    const { exit, message, fields } = await refused(site.trust(name));
    expect([exit, message]).toEqual([2, expect.stringMatching(/answers at its address.*--replace/s)]);
    expect(readFileSync(site.mine, 'utf8')).toContain(name === 'host1' ? swapped : 'fingerprint: "00:');
    const [fingerprint] = fields.offered as [string];
    expect(await site.trust(name, { replace: true, fingerprint })).toMatchObject({
      changed: true,
      replaced: expect.stringMatching(/^(SHA256:|00:)/),
    });
  }
  expect(readFileSync(site.mine, 'utf8')).toBe(right);
});

test("the engine's CA goes into the file that the inventory names", async () => {
  const byFile = join(dirname(site.mine), 'by-file.yaml');
  const file = join(dirname(site.mine), 'fetched-ca.pem');
  writeFileSync(
    byFile,
    readFileSync(site.mine, 'utf8').replace(/ {2}fingerprint: .*/, '  ca: { file: fetched-ca.pem }'),
  );
  expect(problems(await site.doctor(byFile))).toEqual([`engine.ca ${site.stack.lab.engine}`]);
  const { fields } = await refused(site.trust('engine', { inventory: byFile }));
  const [fingerprint] = fields.offered as [string];
  expect(await site.trust('engine', { inventory: byFile, fingerprint })).toMatchObject({ changed: true });
  expect(readFileSync(file, 'utf8')).toBe(site.stack.lab.file('engine-ca.pem'));
  expect(await site.trust('engine', { inventory: byFile })).toMatchObject({ changed: false });
});

test('an inventory is imported from the engine alone, and again with what the pinned hosts tell', async () => {
  const folder = dirname(site.mine);
  const { revision } = await site.stack.control.state();
  const fresh = join(folder, 'imported.yaml');
  const account = {
    url: site.stack.lab.engine,
    user: 'admin@internal',
    password: { file: join(folder, 'secrets', 'engine-admin-password') },
    ca: join(folder, 'engine-ca.pem'),
  };
  const request = { inventory: site.mine, sshKey: 'secrets/id_ed25519' };
  await importInventory({ ...request, engine: account, output: fresh });
  const written = readFileSync(fresh, 'utf8');
  expect(written).toContain('inventory trust host1');
  const { inventory } = parseInventory(written, 'f');
  // The engine is reached by an address here; its VM tells the name.
  expect(inventory.engine).toMatchObject({
    fqdn: 'ovirt.test.local',
    password: { file: 'secrets/engine-admin-password' },
    ca: { file: 'engine-ca.pem' },
    dataCenter: 'Datacenter1',
    cluster: 'Cluster1',
  });
  expect(inventory.hosts.map(({ name, fqdn, role }) => [name, fqdn, role])).toEqual([
    ['host1', 'host1.test.local', 'hostedEngine'],
    ['host2', 'host2.test.local', 'hostedEngine'],
  ]);
  expect(inventory.storage.hostedEngine).toEqual({
    type: 'fc',
    lun: '3600a098000e4b4b3000003c95d171065',
    size: '150G',
  });

  const again = join(folder, 'again.yaml');
  await importInventory({ ...request, output: again });
  const { inventory: second } = parseInventory(readFileSync(again, 'utf8'), 'f');
  const { inventory: former } = parseInventory(readFileSync(site.mine, 'utf8'), 'f');
  expect(second.hosts.map(({ ssh, managementInterface }) => [ssh, managementInterface])).toEqual(
    former.hosts.map(({ ssh }) => [ssh, 'em1']),
  );
  expect(second).toMatchObject({ networks: former.networks, vms: former.vms, timing: former.timing });
  expect((await site.stack.control.state()).revision).toBe(revision);

  await expect(importInventory({ ...request, output: again })).rejects.toThrow(/is there already/);
  const wrong = { ...account, password: { file: join(folder, 'secrets', 'engine-root-password') } };
  await expect(importInventory({ ...request, engine: wrong })).rejects.toThrow(/Cannot log in as admin@internal/);
});

test('everything that is broken is found in one pass, each with its fix', async () => {
  const broken = join(dirname(site.mine), 'broken.yaml');
  const loose = join(dirname(site.mine), 'secrets', 'loose-password');
  copyFileSync(join(dirname(site.mine), 'secrets', 'engine-root-password'), loose);
  chmodSync(loose, 0o644);
  writeFileSync(broken, brokenInManyPlaces(readFileSync(site.mine, 'utf8')));
  // host2's certificate is about to end, and nobody works any more.
  const soon = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 10.5 * 86_400_000) };
  const { cert } = await (await createAuthority('Engine CA')).issue(['host2.test.local'], soon);
  await lookOnHost(site.stack.lab.inventory, 'host2', `cat >/etc/pki/vdsm/certs/vdsmcert.pem <<'PEM'\n${cert}\nPEM\n`);
  await site.stack.worker.kill9();
  await site.keepRuns('3 days');

  const checks = await site.doctor(broken);
  const found = checks.filter(({ state }) => state === 'problem');
  expect(found.map(({ id, subject, fix }) => [`${id} ${subject}`, fix])).toEqual([
    ['inventory.receiverCa chat.pem', expect.stringContaining('correct notifications.receivers[].webhook.caFile')],
    [`inventory.blackouts ${broken}`, expect.stringContaining('no step begins in a window')],
    ['secret engine.rootPassword', `chmod 600 ${loose}`],
    [
      'secret storage.dataDomains[3].chap.password',
      'Put the secret into secrets/nobody-wrote-it, readable by the user of the worker only (chmod 600)',
    ],
    [
      `temporal.retention ${site.stack.client.options.namespace}`,
      `temporal operator namespace update -n ${site.stack.client.options.namespace} --retention 90d`,
    ],
    [`temporal.worker ${temporalAddress()}`, expect.stringContaining('npx runbook up')],
    ['host.clock host1', expect.stringContaining('chronyc')],
    ['host.clock host2', expect.stringContaining('chronyc')],
    ['host.certificate host2', expect.stringContaining('Enroll Certificate')],
    ['host.controller host1', expect.stringMatching(/^Correct bmc of host1 in the inventory, or let host2 reach /)],
    ['storage.reach files2 at nas.test.local', expect.stringMatching(/^On the server: chown 36:36 and chmod 0755/)],
    ...['host1', 'host2'].map((host) => [
      'storage.reach san2 at 172.20.32.99',
      `Look whether the storage serves iSCSI on 172.20.32.99:3260, and at network and firewall between it and ${host}`,
    ]),
  ]);
  expect(checks.filter(({ id, state }) => id === 'storage.reach' && state === 'ok').map(({ what }) => what)).toEqual([
    'host1, host2 can mount nas.test.local:/exports/data, where vdsm may work',
    'every host that is up learns of iqn.2019-11.local.test:secure from 172.20.32.7:3260, 172.20.32.8:3260',
  ]);
  expect(find(found, 'host.certificate')?.what).toMatch(
    /^\/etc\/pki\/vdsm\/certs\/vdsmcert\.pem on host2 ends on [\d-]+, in 10 days$/,
  );
});

test('what needs a secret that cannot be had here says that, and not that it is wrong', async () => {
  const unset = join(dirname(site.mine), 'unset.yaml');
  const text = readFileSync(site.mine, 'utf8').replaceAll(
    'file: secrets/engine-admin-password',
    'env: NOBODY_SETS_THIS',
  );
  writeFileSync(unset, text);
  const login = find(await site.doctor(unset), 'engine.login');
  expect(login).toMatchObject({ state: 'problem', fix: 'Make the secret available to this command as to the worker' });
  expect(login?.what).toMatch(/NOBODY_SETS_THIS/);
});

test('without an inventory and a server it still answers', async () => {
  const none = join(dirname(site.mine), 'none.yaml');
  expect(problems(await site.doctor(none, '127.0.0.1:1'))).toEqual([
    `inventory.valid ${none}`,
    'temporal.reachable 127.0.0.1:1',
  ]);
});
