import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addPlainHost, hostInEngine, updateEngine } from '../support/engine-admin.ts';
import { lookOnHost, onHost } from '../support/host-files.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { executedChanges } from './executed.ts';

const RUNBOOK = 'addHostedEngineHost';
const DEPLOYED = { preset: 'deployed', hosts: 3 };
const ADD = /^POST \/ovirt-engine\/api\/hosts\?/;
const CHANGE = /^(POST|PUT|DELETE) \/ovirt-engine\/api\//;
const LIMIT = 300_000;
const approved = { host: 'host3', standingApproval: { by: 'Ada' } };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test(
  'plans, adds through a dead worker and an engine in trouble, and finds nothing to do the second time',
  async () => {
    const before = await stack.control.state();
    const planned = await stack.run(RUNBOOK, { host: 'host3', mode: 'plan' });
    expect(planned.type, planned.message).toBe('succeeded');
    const steps = planned.report?.plan?.steps ?? [];
    expect(steps.map(({ title, state }) => [title, state])).toEqual([
      ['Check the host, its storage and the engine', 'already'],
      ['Enable firewalld', 'already'],
      ['Install KVM', 'wouldDo'],
      ['Enable and start libvirt', 'unknown'],
      ['Check that libvirt offers md-clear', 'unknown'],
      ['Disable the libvirt-latest repository', 'unknown'],
      ['Enable the qemu-ev repository', 'unknown'],
      ['Update all packages of the host', 'unknown'],
      ['Update all packages', 'unknown'],
      ['Install KVM from qemu-ev', 'unknown'],
      ['Restart libvirt', 'unknown'],
      ['Check again that libvirt offers md-clear', 'unknown'],
      ['Install the oVirt release package', 'wouldDo'],
      ['Install EPEL', 'wouldDo'],
      ['Install the hosted-engine setup', 'wouldDo'],
      ['Let the engine log in with its key', 'wouldDo'],
      ['Add the host to the engine', 'wouldDo'],
      ['Add the host with the hosted engine', 'wouldDo'],
      ['Wait until another host sees it', 'unknown'],
    ]);
    const add = steps.find(({ title }) => title === 'Add the host with the hosted engine');
    expect(add).toMatchObject({
      target: 'host3',
      undo: 'Take host3 out of the engine again',
      commands: [
        'POST /hosts?deploy_hosted_engine=true&activate=true {"name":"host3","address":"host3.test.local","cluster":{"name":"Cluster1"},"ssh":{"authentication_method":"publickey"}}',
      ],
    });
    expect((await stack.control.state()).revision).toBe(before.revision);

    const since = await stack.control.now();
    await stack.control.fault({
      target: 'engine',
      kind: 'http',
      status: 503,
      match: 'GET /ovirt-engine/api/events',
      times: 2,
    });
    await stack.control.fault({ target: 'engine', kind: 'token-expired', match: 'POST /ovirt-engine/api/hosts' });
    const hold = await stack.control.fault({
      target: 'engine',
      kind: 'hold-after',
      match: 'POST /ovirt-engine/api/hosts[^/]*\\s[\\s\\S]*publickey',
    });
    const handle = await stack.start(approved, RUNBOOK);
    await stack.control.awaitEntry(
      since,
      ({ kind, text, status }) => kind === 'request' && ADD.test(text) && status !== 401,
    );
    await stack.worker.kill9();
    await stack.control.release(hold);
    await stack.worker.start();
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    const accepted = (await stack.control.requests(since, ADD)).filter(({ status }) => status !== 401);
    expect(accepted).toHaveLength(1);
    expect(end.report?.steps.at(-1)?.evidence?.join('\n')).toMatch(
      /host[12] sees host3 alive, score [1-9]\d+, state EngineDown/,
    );
    expect((await stack.control.state()).hosts.host3).toMatchObject({ haState: 'EngineDown', haScore: 3400 });

    const later = await stack.control.now();
    const again = await stack.control.state();
    const second = await stack.run(RUNBOOK, approved);
    expect(second.type, second.message).toBe('succeeded');
    expect(new Set(second.report?.steps.map(({ state }) => state))).toEqual(new Set(['already', 'passed']));
    expect(executedChanges(await stack.control.journal(later))).toEqual([]);
    expect(await stack.control.requests(later, CHANGE)).toEqual([]);
    expect((await stack.control.state()).revision).toBe(again.revision);
  },
  LIMIT,
);

test(
  'parks with the engine’s own lines when its installation fails, adds it anew on a retry, and is taken back through an engine that starts anew',
  async () => {
    await stack.control.fault({
      target: 'host3',
      kind: 'exit',
      exit: 1,
      match: '- /usr/bin/yum -y install ovirt-host ',
    });
    const since = await stack.control.now();
    const handle = await stack.start(approved, RUNBOOK);
    const { waiting } = await handle.waitingFor('parked');
    expect(waiting?.id).toBe('add-the-host-with-the-hosted-engine');
    expect(waiting?.reason?.join('\n')).toMatch(
      /the installation of host3 failed\n.*Host host3 installation failed\. /,
    );
    // This engine would not deploy in place. The cancel comes while the second installation is at work: it is waited
    // for, then everything is taken back.
    const again = await stack.control.now();
    await handle.decide({ ...waiting?.answer, by: 'Ada' });
    await stack.control.awaitEntry(again, ({ kind, text }) => kind === 'request' && ADD.test(text));
    await handle.handle.cancel();
    // What the engine has begun ends with it, the undeployment too: the undo begins it once more.
    const undeploying = { target: 'engine', kind: 'hold-after', match: 'undeploy_hosted_engine', freeze: true };
    const held = await stack.control.fault(undeploying);
    await stack.control.awaitEntry(again, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-after'));
    await stack.control.fault({ target: 'engine', kind: 'restart' });
    await stack.control.release(held);
    const end = await handle.end();
    expect(end.type, end.message).toBe('cancelled');
    const undeploy =
      'POST /ovirt-engine/api/hosts/ID/install {"ssh":{"authentication_method":"publickey"},"undeploy_hosted_engine":true,"activate":false}';
    const changes = await stack.control.requests(since, CHANGE);
    expect(changes.map(({ text }) => text.replace(/[-0-9a-f]{36}/, 'ID').replace(/\n(.*)/, ' $1'))).toEqual([
      expect.stringMatching(/^POST \S+\/hosts\?/),
      'DELETE /ovirt-engine/api/hosts/ID',
      expect.stringMatching(/^POST \S+\/hosts\?/),
      'POST /ovirt-engine/api/hosts/ID/deactivate {"reason":"hosted engine taken off"}',
      undeploy,
      undeploy,
      'DELETE /ovirt-engine/api/hosts/ID',
    ]);
    expect(await onHost(stack.lab.inventory, 'host3', 'cat /root/.ssh/authorized_keys')).not.toContain('ovirt-engine');
    // The undeployment stops and disables the services. EL7 says "unknown" of a unit that is neither active nor loaded.
    expect(await onHost(stack.lab.inventory, 'host3', 'systemctl is-active ovirt-ha-agent ovirt-ha-broker')).toBe(
      'unknown\nunknown\n',
    );
    expect(await onHost(stack.lab.inventory, 'host3', 'systemctl is-enabled ovirt-ha-agent ovirt-ha-broker')).toBe(
      'disabled\ndisabled\n',
    );
    expect((await stack.control.state()).hosts.host3).toMatchObject({ hostedEngineDeployed: false });
    expect(
      await onHost(stack.lab.inventory, 'host3', '[ -e /etc/ovirt-hosted-engine/hosted-engine.conf ] || echo gone'),
    ).toBe('gone\n');
    expect((await lookOnHost(stack.lab.inventory, 'host1', 'hosted-engine --vm-status')).stdout).toContain(
      'host3.test.local',
    );
    expect((await handle.record()).remains).toContainEqual({
      what: expect.stringContaining('block 3 of the shared metadata'),
      byHand: expect.stringContaining('hosted-engine --clean-metadata --host-id=3 --force-cleanup'),
    });
  },
  LIMIT,
);

test(
  'a host that the engine has: installed again through an engine that starts anew and a LUN that gets lost',
  async () => {
    await updateEngine(stack.lab);
    await addPlainHost(stack.lab, 'host3');
    const since = await stack.control.now();
    const hold = await stack.control.fault({
      target: 'host3',
      kind: 'hold-before',
      match: '- /usr/bin/yum -y install ovirt-host ',
    });
    const handle = await stack.start(approved, RUNBOOK);
    await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
    await stack.control.fault({ target: 'engine', kind: 'restart' });
    await stack.control.release(hold);
    // What the engine was doing is over: the same step begins anew. The LUN goes in the middle of that.
    const lost = { target: 'host3', kind: 'lun-lost', match: '- /usr/bin/yum -y install ovirt-host ' };
    await stack.control.fault(lost);
    const { waiting, steps } = await handle.waitingFor('parked');
    expect(waiting?.id).toBe('add-the-host-with-the-hosted-engine');
    expect(waiting?.reason?.join('\n')).toMatch(/host3 became non operational: storage_domain_unreachable/);
    expect(steps.find(({ id }) => id === waiting?.id)).toMatchObject({
      attempts: 2,
      diagnosis: { id: 'storage-unreachable' },
    });
    await stack.control.event({ target: 'host3', action: 'present-lun' });
    await handle.decide({ ...waiting?.answer, by: 'Ada' });
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    const changes = (await stack.control.requests(since, CHANGE)).map(({ text }) =>
      text.replace(/[-0-9a-f]{36}/, 'ID'),
    );
    const installedAgain = [
      'POST /ovirt-engine/api/hosts/ID/deactivate',
      'POST /ovirt-engine/api/hosts/ID/install',
      'POST /ovirt-engine/api/hosts/ID/install',
    ];
    // Once its LUN is back the engine tries the host by itself every five minutes of the lab: that may come first.
    expect([installedAgain, [...installedAgain, 'POST /ovirt-engine/api/hosts/ID/activate']]).toContainEqual(
      changes.map((text) => text.replace(/\n.*/s, '')),
    );
    expect((await stack.control.state()).hosts.host3).toMatchObject({ haState: 'EngineDown', haScore: 3400 });
  },
  LIMIT,
);

test(
  'a host that the engine has: rolled back it is up without the hosted engine again',
  async () => {
    await updateEngine(stack.lab);
    await addPlainHost(stack.lab, 'host3');
    const planned = await stack.run(RUNBOOK, { host: 'host3', mode: 'plan' });
    const add = planned.report?.plan?.steps.find(({ title }) => title === 'Add the host with the hosted engine');
    expect(add?.undo).toBe('Take the hosted engine off host3 again');
    expect(add?.commands.map((line) => line.replace(/[-0-9a-f]{36}/, 'ID'))).toEqual([
      'POST /hosts/ID/deactivate {"reason":"installation with the hosted engine"}',
      'POST /hosts/ID/install {"ssh":{"authentication_method":"publickey"},"deploy_hosted_engine":true,"activate":true}',
    ]);
    const fails = { kind: 'exit', exit: 1, match: '- /usr/bin/yum -y install ovirt-host ' };
    await stack.control.fault({ target: 'host3', ...fails });
    const handle = await stack.start(approved, RUNBOOK);
    const { waiting } = await handle.waitingFor('parked');
    await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
    const end = await handle.end();
    expect(end.type, end.message).toBe('rolledBack');
    expect((await hostInEngine(stack.lab.inventory, 'host3')).status).toBe('up');
    expect(await onHost(stack.lab.inventory, 'host3', 'systemctl is-active ovirt-ha-agent')).toBe('unknown\n');
  },
  LIMIT,
);

test(
  'refuses a host that lacks a path to the LUN, in one sentence, and touches nothing',
  async () => {
    await stack.control.fault({ target: 'host3', kind: 'lun-missing-path' });
    const { revision } = await stack.control.state();
    const end = await stack.run(RUNBOOK, approved);
    expect(end.type).toBe('failed');
    expect(end.message).toMatch(
      /LUN 3600a098000e4b4b3000003c95d171065 on host3 has paths that are not active ready running/,
    );
    expect((await stack.control.state()).revision).toBe(revision);
  },
  LIMIT,
);
