/** Fencing of a host from the agent to a real power cycle, against the lab's engine, fence agents and iDRACs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import type { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const DEPLOYED = { preset: 'deployed', hosts: 2 };
const HOST = { host: 'host2' };

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());

const start = (input: object): Promise<RunHandle> => stack.startWith('configureFencing', { ...HOST, ...input });

/** The host as an administrator sees it in the portal, and its fence agents. */
async function inEngine(name = 'host2') {
  return asAdmin(stack.lab.inventory, async (engine) => {
    const host = (await engine.list('/hosts', engineHost)).find((one) => one.name.startsWith(name));
    const agents = await engine.list(`/hosts/${host?.id}/fenceagents`, engineFenceAgent);
    const { enabled, kdump_detection: kdump, automatic_pm_enabled: policy } = host?.power_management ?? {};
    return { status: host?.status, power: [enabled, kdump, policy], kdumpStatus: host?.kdump_status, agents };
  });
}

/** What changed something: a look at the power is a request too. */
async function changesSince(since: number): Promise<readonly string[]> {
  const looks = (text: string) => text.includes('/fence') && text.includes('"fence_type":"status"');
  const journal = await stack.control.journal(since);
  return withoutIds(engineRequests(journal.filter(({ text }) => !looks(text))));
}

/** Approves until a gate that wants something typed, the end, or a failed step. */
async function approved(run: RunHandle): Promise<void> {
  await run.approve('Ada');
}

const ON = [true, true, true];
const CONFIGURED = ['POST /hosts/ID/fenceagents', 'PUT /hosts/ID'];
const REINSTALLED = ['POST /hosts/ID/deactivate', 'POST /hosts/ID/install', 'POST /hosts/ID/activate'];

describe('a host that has never been fenced', { timeout: 240_000 }, () => {
  test('gets its agent, which is tested before it is enabled, and Kdump; a second run changes nothing', async () => {
    await stack.fresh(DEPLOYED);
    const untouched = (await stack.control.state()).revision;
    const planned = await (await start({ mode: 'plan' })).end();
    expect(planned.type, planned.message).toBe('succeeded');
    const commands = planned.report?.plan?.steps.flatMap((step) => step.commands).join('\n');
    expect(commands).toMatch(
      /POST \/hosts\/\S+\/fenceagents \{"type":"drac5","address":"127\.0\.0\.1","username":"root","order":1,"options":\{"option":\[\{"name":"secure","value":"1"\},.*"password":"\(secret\)"\}\n/,
    );
    expect(commands).toMatch(
      /"power_management":\{"enabled":true,"kdump_detection":true,"automatic_pm_enabled":true\}/,
    );
    expect((await stack.control.state()).revision).toBe(untouched);

    const since = await stack.control.now();
    const run = await start({});
    const { waiting } = await run.waitingFor('approval');
    expect(waiting?.show).toMatchObject({
      'Fence agent': expect.stringMatching(
        /^drac5 at 127\.0\.0\.1, user root, options secure=1,cmd_prompt=>,login_timeout=30,ipport=\d+$/,
      ),
      'Could fence it': 'host1',
      Kdump: 'the host is installed again, in maintenance',
      'Other hosts for the engine VM': 'host1',
    });
    expect(await changesSince(since)).toEqual([]);
    await approved(run);
    const { type, report, message } = await run.end();
    expect(type, message).toBe('succeeded');
    expect(await changesSince(since)).toEqual([...CONFIGURED, ...REINSTALLED]);
    const step = (title: string) => report?.steps.find((one) => one.title.startsWith(title));
    expect(step('Set the fence agent')?.evidence?.join()).toContain(
      'the power of host2 is on, says its controller through another host',
    );
    // Asked of the controller before the engine was let use it.
    const journal = await stack.control.journal(since);
    const asked = journal.find(({ text }) => text.includes('"fence_type":"status"'))?.n ?? Number.NaN;
    const enabled = journal.find(({ text }) => text.startsWith('PUT ') && text.includes('"enabled":true'))?.n;
    expect(asked).toBeLessThan(enabled ?? 0);
    expect(journal.filter(({ target, text }) => target === 'bmc:host2' && /power(down|up|cycle)/.test(text))).toEqual(
      [],
    );
    const seen = await inEngine();
    expect(seen).toMatchObject({ status: 'up', power: ON, kdumpStatus: 'enabled', agents: [{ type: 'drac5' }] });

    const before = await stack.control.now();
    const again = await (await start({})).end();
    expect(again.type, again.message).toBe('succeeded');
    expect(again.report?.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'already', 'already']);
    expect(again.report?.decisions).toEqual([]);
    expect(await changesSince(before)).toEqual([]);
  });

  test('is switched off and on once its name was typed, and takes part in HA again', async () => {
    // Fencing as the test before left it; the engine has run for longer than its first five minutes.
    const { hosts } = await stack.control.state();
    const since = await stack.control.now();
    const run = await start({ powerCycle: true, standingApproval: { by: 'Ada' } });
    const { waiting } = await run.waitingFor('approval');
    expect([waiting?.typed, waiting?.title]).toEqual(['host2', 'Switch the host off and on by its fence agent']);
    await expect(run.decide({ ...waiting?.answer, typed: 'host1', by: 'Ada' })).rejects.toThrow();
    expect(await changesSince(since)).toEqual([]);
    await run.decide({ ...waiting?.answer, typed: 'host2', by: 'Ada' });
    const { type, message } = await run.end();
    expect(type, message).toBe('succeeded');
    expect(await changesSince(since)).toEqual([
      'POST /hosts/ID/deactivate',
      'POST /hosts/ID/fence',
      'POST /hosts/ID/activate',
    ]);
    const after = await stack.control.state();
    expect(after.hosts.host2?.bootId).not.toBe(hosts.host2?.bootId);
    expect(after.hosts.host1?.bootId).toBe(hosts.host1?.bootId);
    expect(after.hosts.host2).toMatchObject({ power: 'on', localMaintenance: false });
    expect((await inEngine()).status).toBe('up');
  });

  test('is left as it was when the controller refuses the login, and takes a password that was changed', async () => {
    await stack.fresh(DEPLOYED);
    await stack.control.fault({ target: 'bmc:host2', kind: 'bmc-password-changed' });
    const since = await stack.control.now();
    const run = await start({ kdump: false, standingApproval: { by: 'Ada' } });
    const { waiting } = await run.waitingFor('parked');
    expect(waiting?.id).toBe('set-the-fence-agent-and-test-it-through-another-host');
    expect(waiting?.reason?.join('\n')).toMatch(
      /not verified: the fence agent of host2 does not work: Unable to connect\/login to fencing device\n/,
    );
    expect((await inEngine()).power[0]).toBe(false);
    await run.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
    const { type, report } = await run.end();
    expect([type, report?.remains]).toEqual(['rolledBack', []]);
    expect(await changesSince(since)).toEqual(['POST /hosts/ID/fenceagents', 'DELETE /hosts/ID/fenceagents/ID']);
    expect((await inEngine()).agents).toEqual([]);
    const leaked = JSON.stringify([report, await run.status()]);
    expect(leaked).not.toContain(stack.lab.file('secrets/bmc-password').trim());

    // What the engine keeps of a password cannot be compared: one that fails is set anew, with nothing else changed.
    await stack.control.event({ target: 'bmc:host2', action: 'repair-bmc' });
    expect((await (await start({ kdump: false, standingApproval: { by: 'Ada' } })).end()).type).toBe('succeeded');
    await asAdmin(stack.lab.inventory, async (engine) => {
      const { agents } = await inEngine();
      const [host] = (await engine.list('/hosts', engineHost)).filter(({ name }) => name.startsWith('host2'));
      const path = `/hosts/${host?.id}/fenceagents/${agents[0]?.id}`;
      await engine.send({ request: 'PUT', path, body: { password: 'forgotten' } });
    });
    const before = await stack.control.now();
    const renewed = await (await start({ kdump: false, standingApproval: { by: 'Ada' } })).end();
    expect(renewed.type, renewed.message).toBe('succeeded');
    expect(await changesSince(before)).toEqual(['PUT /hosts/ID/fenceagents/ID']);
  });

  test('whose activation fails goes back to how it was, and the report says what the installation leaves', async () => {
    await stack.fresh(DEPLOYED);
    await stack.control.fault({ target: 'engine', kind: 'http', match: 'POST .*/activate', status: 409, times: 1 });
    const run = await start({ policyControl: false, standingApproval: { by: 'Ada' } });
    const { waiting } = await run.waitingFor('parked');
    expect(waiting?.id).toBe('activate-the-host');
    expect(await inEngine()).toMatchObject({ status: 'maintenance', power: [true, true, false] });
    await run.decide({ step: 'activate-the-host', verb: 'rollback', by: 'Ada' });
    const { type, report } = await run.end();
    expect(type).toBe('rolledBack');
    expect(report?.remains.map(({ what }) => what)).toEqual([
      'host2 keeps the Kdump integration (fence_kdump_nodes in /etc/kdump.conf)',
    ]);
    expect(await inEngine()).toMatchObject({ status: 'up', power: [false, true, true], agents: [] });
  });
});

describe('what cannot be', { timeout: 120_000 }, () => {
  test('is refused with a sentence, and nothing is touched', async () => {
    await stack.fresh(DEPLOYED);
    await stack.control.event({ target: 'host2', action: 'set-local-maintenance' });
    const refused = async (input: object) => (await (await start(input)).end()).message;
    const { revision } = await stack.control.state();
    expect(await refused({ host: 'host1' })).toMatch(
      /host1 is to be installed again for Kdump, but is the last host that could run the engine VM: host2 is in local maintenance\. Make another host fit for it first, or start with "kdump": false\. Nothing remains\.$/,
    );
    expect(await refused({ host: 'host7' })).toContain('the inventory has no host host7');
    expect(await refused({ kdump: 'yes' })).toContain('kdump: must be a boolean');
    expect((await stack.control.state()).revision).toBe(revision);
  });

  test('any agent by its name, where Kdump is not wished; another one of the host stays, and is tried before', async () => {
    await stack.fresh(DEPLOYED);
    const file = stack.lab.inventory;
    const before = readFileSync(file, 'utf8');
    const bmc = /bmc:\n(?: +.*\n)+?(?= {2}- |\S)/g;
    const ipmi =
      'bmc: { agent: ipmilan, address: 172.20.33.12, user: root, password: { file: secrets/bmc-password }, options: { lanplus: 1 } }\n';
    let count = 0;
    writeFileSync(
      file,
      before.replace(bmc, (text) => (++count === 2 ? ipmi : text)),
    );
    try {
      const since = await stack.control.now();
      const { type, message } = await (await start({ kdump: false, standingApproval: { by: 'Ada' } })).end();
      expect(type, message).toBe('succeeded');
      expect(await changesSince(since)).toEqual(CONFIGURED);
      expect(await inEngine()).toMatchObject({
        status: 'up',
        power: [true, false, true],
        agents: [{ type: 'ipmilan', options: [{ name: 'lanplus', value: '1' }] }],
      });

      writeFileSync(file, before);
      const later = await stack.control.now();
      const beside = await (await start({ kdump: false, standingApproval: { by: 'Ada' } })).end();
      expect(beside.type, beside.message).toBe('succeeded');
      expect(await changesSince(later)).toEqual(['POST /hosts/ID/fenceagents']);
      expect((await inEngine()).agents).toMatchObject([
        { type: 'ipmilan', order: 1 },
        { type: 'drac5', order: 2 },
      ]);
      const again = await (await start({ kdump: false })).end();
      expect(again.type, again.message).toBe('succeeded');
      expect(again.report?.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'already', 'already']);
      expect(again.report?.steps[0]?.evidence?.join('\n')).toMatch(
        /in the engine: ipmilan .* \(order 1\); drac5 .* \(order 2\)/,
      );
    } finally {
      writeFileSync(file, before);
    }
  });
});
