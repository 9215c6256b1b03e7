import type { PowerStatus } from '../../connectors/engine/index.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { HostChange, OperationContext } from '../operation.ts';
import { wishedAgent } from './wish.ts';
import { faultWords } from './words.ts';

/** Agents that the engine knows under another name, with what it adds. (ovirt-engine, FenceAgentMapping) */
const MAPPED: Readonly<Record<string, { readonly agent: string; readonly options: Readonly<Record<string, string>> }>> =
  { drac7: { agent: 'ipmilan', options: { privlvl: 'OPERATOR', lanplus: '1', delay: '10' } } };

type Reader = Pick<OperationContext, 'inventory' | 'secret'>;
/** Who asks: an operation, or the doctor. */
type Asker = Reader & Pick<OperationContext, 'host'>;

/** The fence agent of a host's management controller, as a host runs it: `fence_drac5`. */
export function agentProgram(context: Pick<OperationContext, 'inventory'>, host: string): string {
  const { type } = wishedAgent(context, host);
  return `fence_${MAPPED[type]?.agent ?? type}`;
}

/**
 * What vdsm, too, tells an agent on its standard input, where nobody who lists processes sees the password. Always with an
 * action: without one an agent switches the server off and on. (vdsm, API.py fenceNode; fence-agents)
 * @throws PreconditionFailed where the password has a line break, which would be read as another option
 */
async function agentInput(context: Reader, host: string, action: 'status' | 'on' | 'off'): Promise<string> {
  const { bmc, type, address, username, options } = wishedAgent(context, host);
  const password = await context.secret(bmc.password, `the password of the controller of ${host}`);
  const lines: (readonly [name: string, value: string])[] = [
    ['ipaddr', address],
    ['login', username],
    ['action', action],
    ['passwd', password],
    ...Object.entries(MAPPED[type]?.options ?? {}),
    // The portal's slot is the agent's port.
    ...options.map(({ name, value }) => [type === 'drac5' && name === 'slot' ? 'port' : name, value] as const),
  ];
  const broken = lines.find(([, value]) => /[\r\n]/.test(value));
  if (broken !== undefined) {
    const what = broken[0] === 'passwd' ? 'the password' : broken[0];
    throw new OperatorError(
      'PreconditionFailed',
      `${what} of the controller of ${host} has a line break, which no fence agent takes`,
    );
  }
  return lines.map(([name, value]) => `${name}=${value}\n`).join('');
}

/** Asks a host's management controller from another host, without the engine. (fence-agents, -o status) */
export async function askController(context: Asker, from: string, host: string): Promise<PowerStatus> {
  const program = agentProgram(context, host);
  const { code, stderr } = await context.host(from).read([program], await agentInput(context, host, 'status'));
  if (code === 0) return { power: 'on' };
  if (code === 2) return { power: 'off' };
  if (code === 127) return { fault: `${program} is not installed on ${from}` };
  return { fault: faultWords(stderr) || `${program} on ${from} ended with ${code}` };
}

/** Has the agent switch a host's power, as a change on the host that runs it. */
export function switchPower(context: Reader, host: string, action: 'on' | 'off'): HostChange {
  const { address } = wishedAgent(context, host);
  return {
    argv: [agentProgram(context, host)],
    told: `action=${action}, ipaddr=${address}`,
    secretStdin: () => agentInput(context, host, action),
  };
}

/** In words: `the power of host1 is off, says its controller to host2`. */
export function controllerWords(from: string, host: string, status: PowerStatus): string {
  if ('fault' in status) return `the controller of ${host} does not answer ${from}: ${status.fault}`;
  return `the power of ${host} is ${status.power}, says its controller to ${from}`;
}
