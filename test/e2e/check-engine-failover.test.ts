/** The outage of the host that runs the engine VM: refused, proven through a worker's death, cancelled in the middle. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { asAdmin } from '../support/engine-admin.ts';
import type { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const RUNBOOK = 'checkFailover';
const OUTAGE = { migrate: false, destructive: ['engineVm'], standingApproval: { by: 'Ada' } };

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'datacenter', hosts: 3 });
});
afterAll(() => stack?.close());

const hostOfEngine = async () => (await stack.control.state()).hostedEngine.vm?.host ?? '';

/** Starts it and lets it have its outage, up to where the host is off and HA is about to start the engine elsewhere. */
async function inMidOutage(host: string): Promise<{ run: RunHandle; goOn: () => Promise<void> }> {
  const { hosts } = await stack.control.state();
  const since = await stack.control.now();
  const held = await Promise.all(
    Object.keys(hosts)
      .filter((name) => name !== host)
      .map((target) =>
        stack.control.fault({ target, kind: 'hold-before', match: 'hosted-engine --vm-start', freeze: true }),
      ),
  );
  const run = await stack.startWith(RUNBOOK, OUTAGE);
  const { waiting } = await run.waitingFor('approval');
  expect(waiting?.title).toBe('Cut the power of the host of the engine VM');
  expect(waiting?.show).toMatchObject({
    Host: host,
    'Will be done': expect.stringMatching(/^host\d switches it off by its controller \(drac5 at /),
    'Backup of the engine': expect.stringContaining('taken'),
  });
  await expect(run.decide({ ...waiting?.answer, typed: 'engine', by: 'Ada' })).rejects.toThrow();
  await run.decide({ ...waiting?.answer, typed: host, by: 'Ada' });
  await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
  expect((await stack.control.state()).hosts[host]?.power).toBe('off');
  return { run, goOn: async () => void (await Promise.all(held.map((id) => stack.control.release(id)))) };
}

/** What we told the controller to do; the engine, once it is there, may fence the silent host first, and switch it on. */
async function switched(since: number): Promise<readonly string[]> {
  const ours = (await stack.control.journal(since)).filter(
    ({ kind, text }) => kind === 'command' && text.includes('fence_drac5'),
  );
  return ours.flatMap(({ stdin = '' }) => /^action=(on|off|reboot)$/m.exec(stdin)?.[1] ?? []);
}

test('refuses an outage that nobody could end, with each reason, and touches nothing', async () => {
  const host = await hostOfEngine();
  const untouched = (await stack.control.state()).revision;
  const planned = await stack.run(RUNBOOK, { ...OUTAGE, mode: 'plan' });
  expect(planned.report?.plan?.refusals).toBeUndefined();
  const cut = planned.report?.plan?.steps.find(({ title }) => title.startsWith(`Cut the power of ${host} from`));
  expect(cut?.commands).toEqual([expect.stringMatching(/^fence_drac5 < \(action=off, ipaddr=\S+, the rest secret\)$/)]);
  const blind = await stack.run(RUNBOOK, { ...OUTAGE, engineVm: false });
  expect(blind.message).toContain('engineVm: must not be false when destructive has "engineVm"');
  expect((await stack.control.state()).revision).toBe(untouched);

  await stack.control.fault({ target: `bmc:${host}`, kind: 'bmc-silent' });
  const silent = await stack.run(RUNBOOK, OUTAGE);
  expect(silent.type).toBe('failed');
  expect(silent.message).toMatch(
    new RegExp(`the controller of ${host} does not answer host\\d: Unable to connect/login to fencing device`),
  );
  await stack.control.event({ target: host, action: 'repair-bmc' });

  // A second supply, as the engine knows it: an agent of the same order, which switches together with the first.
  await asAdmin(stack.lab.inventory, async (engine) => {
    const found = (await engine.list('/hosts', engineHost)).find(({ address }) => address === `${host}.test.local`);
    const agents = `/hosts/${found?.id}/fenceagents`;
    const [{ order = 1 } = {}] = await engine.list(agents, engineFenceAgent);
    const body = { order, type: 'ipmilan', address: '172.20.33.99', username: 'root', password: 'calvin' };
    const second = (await engine.send({ request: 'POST', path: agents, body })) as { id: string };
    const supplied = await stack.run(RUNBOOK, OUTAGE);
    expect(supplied.type).toBe('failed');
    expect(supplied.message).toContain(
      `the engine switches ${host} by several fence agents together, as for a host with two power supplies: beside its controller also ipmilan at 172.20.33.99`,
    );
    await engine.send({ request: 'DELETE', path: `${agents}/${second.id}` });
  });

  let bmc: object | undefined;
  changeInventory(stack.lab.inventory, (site) => {
    const described = site.hosts.find(({ name }) => name === host);
    bmc = described?.bmc;
    delete described?.bmc;
  });
  await stack.control.event({ target: host, action: 'set-global-maintenance' });
  const nobody = await stack.run(RUNBOOK, OUTAGE);
  expect(nobody.message).toContain(`the inventory names no management controller (bmc) of ${host}`);
  expect(nobody.message).toContain('global maintenance is set: nobody restarts the engine VM when its host fails');
  changeInventory(stack.lab.inventory, (site) => {
    Object.assign(site.hosts.find(({ name }) => name === host) ?? {}, { bmc });
  });
  await stack.control.event({ target: host, action: 'set-global-maintenance', on: false });
  expect(await switched(0)).toEqual([]);
});

test('goes on after its worker was killed while the host was off: one cut, the engine elsewhere, then all as before', async () => {
  const host = await hostOfEngine();
  const { hosts } = await stack.control.state();
  const since = await stack.control.now();
  const { run, goOn } = await inMidOutage(host);
  expect((await run.record()).owns).toEqual([expect.objectContaining({ kind: 'outage', target: host })]);
  await stack.worker.kill9();
  await stack.worker.start();
  await goOn();
  const { type, message, report } = await run.end();
  expect(type, message).toBe('succeeded');
  expect(report?.remains).toEqual([]);
  const seen = report?.steps.find(({ title }) => title === 'See the engine VM up on another host')?.evidence ?? [];
  expect(seen[0]).toMatch(
    new RegExp(`^host\\d runs the engine VM and is healthy, \\d+ seconds after ${host} was about to lose its power$`),
  );
  expect(seen).toContainEqual(expect.stringMatching(/^\d{4}-\S+ \S+ HA agent of host\d: EngineStart$/));
  expect(seen).toContainEqual(expect.stringMatching(/services\/health: HTTP 200 DB Up/));

  const after = await stack.control.state();
  const changed = Object.keys(hosts).filter((name) => after.hosts[name]?.bootId !== hosts[name]?.bootId);
  expect(changed).toEqual([host]);
  expect(after.hosts[host]?.power).toBe('on');
  expect(after.hostedEngine.vm).toMatchObject({ host, health: 'good' });
  expect((await switched(since)).filter((action) => action !== 'on')).toEqual(['off']);

  const password = stack.lab.file('secrets/bmc-password').trim();
  const told = (await stack.control.journal(since)).filter(({ kind }) => kind === 'command' || kind === 'process');
  expect(told.filter(({ text }) => text.includes(password))).toEqual([]);
  expect(told.some(({ text, stdin = '' }) => text.includes('fence_drac5') && stdin.includes(password))).toBe(true);
});

test('believes no outage of a host with another power supply: parks, and rolled back switches this one on again', async () => {
  const host = await hostOfEngine();
  const { hosts, hostedEngine } = await stack.control.state();
  await stack.control.fault({ target: `bmc:${host}`, kind: 'bmc-one-of-two' });
  const since = await stack.control.now();
  const run = await stack.startWith(RUNBOOK, OUTAGE);
  const { waiting } = await run.waitingFor('approval');
  await run.decide({ ...waiting?.answer, typed: host, by: 'Ada' });
  const parked = await run.waitingFor('parked');
  expect(JSON.stringify(parked.waiting)).toContain(
    `the power of ${host} is off, says its controller, but ${host} goes on with the same boot: it has another power supply, so there was no outage`,
  );
  await run.decide({ step: parked.waiting?.id, verb: 'rollback', by: 'Ada' });
  const { type, message, report } = await run.end();
  expect(type, message).toBe('rolledBack');
  expect(await switched(since)).toEqual(['off', 'on']);
  const after = await stack.control.state();
  expect([after.hosts[host]?.bootId, after.hostedEngine.vm?.host]).toEqual([
    hosts[host]?.bootId,
    hostedEngine.vm?.host,
  ]);
  expect(report?.remains.map(({ what }) => what)).toEqual([expect.stringMatching(/^a backup of the engine/)]);
  await stack.control.event({ target: host, action: 'repair-bmc' });
});

test('cancelled while the host is off, switches it on again and tells where the engine runs', async () => {
  const host = await hostOfEngine();
  const since = await stack.control.now();
  const { run, goOn } = await inMidOutage(host);
  await run.handle.cancel();
  await goOn();
  const { type, message } = await run.end();
  expect(type, message).toBe('cancelled');
  const { hosts, hostedEngine } = await stack.control.state();
  expect(hosts[host]?.power).toBe('on');
  expect((await switched(since)).filter((action) => action !== 'on')).toEqual(['off']);
  const to = hostedEngine.vm?.host;
  expect(to).not.toBe(host);
  expect((await run.status()).remains).toContainEqual({
    what: `the engine VM runs on ${to}; before the outage it ran on ${host}`,
    byHand: `run moveHostedEngine with {"to":"${host}"}`,
  });
});
