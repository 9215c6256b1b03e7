import type { Command, CommandContext, LabHost } from '../../types.ts';
import { Signalled } from '../../types.ts';
import { hostedEngineConf, localMaintenance, vmId } from '../conf.ts';
import { destroyVm, isRunning, vmRecord } from '../engine-vm.ts';
import { paths } from '../paths.ts';
import type { HostedStorage } from '../storage.ts';
import { hostedStorage } from '../storage.ts';
import { cleanMetadata } from './clean-metadata.ts';
import { LOOP_DELAY } from './constants.ts';
import type { EngineStatus } from './engine-status.ts';
import { notHere } from './engine-status.ts';
import { LivenessHistory } from './liveness.ts';
import { AgentLog } from './log.ts';
import { engineHealth, fitness } from './monitors.ts';
import type { AgentRuntime } from './runtime.ts';
import { monotonic, setAgentRuntime } from './runtime.ts';
import { score } from './score.ts';
import type { Machine, Orders, View } from './states.ts';
import { advance, deadline, decide } from './states.ts';

const NOT_CONFIGURED = 255;
const GAVE_UP = 157;
/** Seconds that joining the lockspace takes after a boot, and when it is joined already. */
const JOIN = { first: 35, again: 2 } as const;

const noBroker = (gateway: string): string =>
  [
    'Traceback (most recent call last):',
    '  File "/usr/lib/python2.7/site-packages/ovirt_hosted_engine_ha/agent/agent.py", line 131, in _run_agent',
    '    return action(he)',
    '  File "/usr/lib/python2.7/site-packages/ovirt_hosted_engine_ha/agent/agent.py", line 55, in action_proper',
    '    return he.start_monitoring()',
    '  File "/usr/lib/python2.7/site-packages/ovirt_hosted_engine_ha/agent/hosted_engine.py", line 413, in start_monitoring',
    '    self._initialize_broker()',
    '  File "/usr/lib/python2.7/site-packages/ovirt_hosted_engine_ha/agent/hosted_engine.py", line 537, in _initialize_broker',
    "    m.get('options', {}))",
    '  File "/usr/lib/python2.7/site-packages/ovirt_hosted_engine_ha/lib/brokerlink.py", line 86, in start_monitor',
    '    ).format(t=type, o=options, e=e)',
    "RequestError: brokerlink - failed to start monitor via ovirt-ha-broker: [Errno 2] No such file or directory, [monitor: 'network', options: {'tcp_t_address': None, 'network_test': None, 'tcp_t_port': None, 'addr': '" +
      `${gateway}'}]`,
  ].join('#012');

/** The HA agent of one host: looks, decides, gives orders and publishes every ten seconds until it is stopped. */
export const agentProgram: Command = async (ctx) => {
  if (ctx.args.includes('--cleanup')) return cleanMetadata(ctx);
  const { host } = ctx;
  const log = new AgentLog(host, ctx.process.pid);
  log.info('run', 'ovirt-hosted-engine-ha agent 2.3.6 started');
  const conf = hostedEngineConf(host);
  if (vmId(host) === undefined || (conf?.get('configured') ?? 'True') !== 'True') {
    log.error('hosted_engine.HostedEngine', 'Hosted Engine is not configured. Shutting down.');
    return NOT_CONFIGURED;
  }
  // The broker is started together with the agent and needs a moment to open its socket.
  await ctx.sleep(6);
  const trouble = obstacle(host);
  if (trouble !== undefined) {
    if (trouble === 'broker') {
      log.error('hosted_engine.HostedEngine', 'Failed to start necessary monitors');
      log.error('agent.Agent', noBroker(conf?.get('gateway') ?? ''));
    } else log.error('agent.Agent', trouble);
    log.error('agent.Agent', 'Trying to restart agent');
    return GAVE_UP;
  }
  await ctx.sleep(host.volatile.get('he-lockspace') ? JOIN.again : JOIN.first);
  host.volatile.set('he-lockspace', true);
  return monitor(ctx, log);
};

function obstacle(host: LabHost): string | undefined {
  if (!host.units.isActive('vdsmd.service')) {
    return 'Service vdsmd is not running and the admin is responsible for starting it.';
  }
  if (!host.fs.exists(paths.brokerSocket)) return 'broker';
  if (!host.units.isActive('sanlock.service'))
    return 'Service sanlock is not running and the admin is responsible for starting it.';
  if (!hostedStorage(host)) return "Storage disconnected 'Hosted-engine storage domain is in invalid state'";
  return undefined;
}

async function monitor(ctx: CommandContext, log: AgentLog): Promise<number> {
  const { host } = ctx;
  const conf = hostedEngineConf(host);
  const hostId = Number(conf?.get('host_id'));
  const history = new LivenessHistory();
  const runtime: AgentRuntime = { pid: ctx.process.pid, state: 'StartState', score: 0, alive: undefined };
  setAgentRuntime(host, runtime);
  let machine: Machine = { state: 'StartState' };
  let local: EngineStatus = notHere;
  try {
    for (;;) {
      const trouble = obstacle(host);
      const storage = hostedStorage(host);
      if (trouble !== undefined || !storage) {
        log.error('agent.Agent', trouble === 'broker' ? `Disconnected from broker 'timed out'` : String(trouble));
        log.error('agent.Agent', 'Trying to restart agent');
        return GAVE_UP;
      }
      writeVmConf(host, storage);
      const now = monotonic(host);
      local = engineHealth(host, local.vm);
      history.record(now, new Map([...storage.blocks].map(([id, block]) => [id, block.timestamp])));
      const alive = history.alive(now);
      const fit = fitness(host, storage.image?.memoryMb ?? 0);
      const view = look(host, storage, hostId, alive, local, score(machine.state, fit).value, history.age(now), now);
      const step = await decide(machine, view, orders(ctx));
      if (step.log) log.info('consume', step.log);
      if (step.to !== machine.state) ctx.changed(`${host.name} ${machine.state}-${step.to}`);
      machine = advance(machine, step, now);
      const scored = score(machine.state, fit);
      for (const line of scored.log) log.info('score', line);
      log.info('_monitoring_loop', `Current state ${machine.state} (score: ${scored.value})`);
      runtime.state = machine.state;
      runtime.score = scored.value;
      runtime.alive = { ids: new Set([...alive, hostId]), at: host.lab.clock.now() };
      publish(host, storage, hostId, machine, local, scored.value);
      await ctx.sleep(step.atOnce ? 0.2 : LOOP_DELAY);
    }
  } catch (error) {
    if (error instanceof Signalled && error.signal === 'SIGTERM') {
      const storage = hostedStorage(host);
      if (storage) publish(host, storage, hostId, { state: 'AgentStopped' }, local, 0);
    }
    throw error;
  }
}

function look(
  host: LabHost,
  storage: HostedStorage,
  hostId: number,
  alive: ReadonlySet<number>,
  local: EngineStatus,
  own: number,
  age: number,
  now: number,
): View {
  const remotes = [...storage.blocks.values()]
    .filter((block) => block.hostId !== hostId)
    .map((block) => ({ ...block, alive: alive.has(block.hostId) && !block.stopped }));
  return {
    now,
    globalMaintenance: storage.globalMaintenance,
    localMaintenance: localMaintenance(host),
    local,
    score: own,
    history: age,
    remotes,
  };
}

function orders(ctx: CommandContext): Orders {
  const tool = async (...args: string[]): Promise<boolean> =>
    (await ctx.run(['/usr/sbin/hosted-engine', ...args], { user: 'vdsm' })).code === 0;
  return {
    start: async () => {
      // What vdsm still remembers of a VM that ended here would stand in the way.
      const old = vmRecord(ctx.host);
      if (old && !isRunning(old)) destroyVm(ctx.host);
      return tool('--vm-start');
    },
    stop: () => tool('--vm-shutdown'),
    forceStop: () => tool('--vm-poweroff'),
  };
}

function writeVmConf(host: LabHost, storage: HostedStorage): void {
  const text = storage.archive.get('vm.conf');
  if (text === undefined || host.fs.exists(paths.vmConf)) return;
  host.fs.write(paths.vmConf, text, { owner: 'vdsm', group: 'kvm', mode: 0o644 });
}

const withTimeout = new Set(['EngineStop', 'EngineUpBadHealth', 'EngineUnexpectedlyDown']);

function publish(
  host: LabHost,
  storage: HostedStorage,
  hostId: number,
  machine: Machine,
  engine: EngineStatus,
  value: number,
): void {
  const timeout = withTimeout.has(machine.state) ? deadline(machine) : undefined;
  const timestamp = monotonic(host);
  storage.blocks.set(hostId, {
    hostId,
    hostname: host.fqdn,
    timestamp,
    score: value,
    engine,
    maintenance: machine.state === 'LocalMaintenance',
    stopped: machine.state === 'AgentStopped',
    confOnSharedStorage: true,
    localConfTimestamp: timestamp,
    state: machine.state,
    ...(timeout === undefined ? {} : { timeout }),
    writtenAt: host.date().getTime(),
  });
}
