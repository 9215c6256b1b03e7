import type { HostParams } from '../../host/params.ts';
import { type HostChange, operation } from '../../operation.ts';
import { type AgentState, describeAgent, isSteady, readAgentState } from './agent-state.ts';
import { AGENT, BROKER, BROKER_SOCKET } from './read-host.ts';

const CONNECT = { argv: ['hosted-engine', '--connect-storage'] };
const restart = (unit: string) => ({ argv: ['systemctl', 'restart', unit] });

/**
 * Links the host to the storage again, then brings its broker and its agent up, in this order: an agent cannot start
 * without the broker's socket, nor the broker without the storage. Leaves one agent process that lasts and publishes.
 * (article, section 4.3)
 */
export const recoverHaAgent = operation<HostParams, AgentState>({
  name: 'recoverHaAgent',
  title: ({ host }) => `Connect the storage and restart the HA agent of ${host}`,
  followed: true,
  limitSeconds: 1200,
  settleSeconds: 600,
  look: (context, { host }) => readAgentState(context, host),
  decide(state, { host }) {
    const { sight, symptoms } = state;
    const summary = describeAgent(host, state);
    if (isSteady(state))
      return { state: 'already', changes: [CONNECT, restart(BROKER), restart(AGENT)], evidence: [summary] };
    const changes: HostChange[] = [CONNECT];
    // Its restart empties /run/ovirt-hosted-engine-ha, so a broker that serves is left alone.
    if (sight.units[BROKER]?.active !== true || !sight.socket) changes.push(restart(BROKER));
    changes.push(restart(AGENT));
    const evidence = [
      summary,
      `${BROKER} is ${sight.units[BROKER]?.words ?? 'unknown'}, ${BROKER_SOCKET} is ${sight.socket ? 'there' : 'missing'}`,
      ...symptoms,
    ];
    const leaves = {
      what: `broker and agent of ${host}, restarted: HA goes on with them`,
      byHand: `nothing; systemctl stop ${AGENT} ${BROKER}, on ${host}, takes it out of HA again`,
    };
    return { state: 'wouldDo', changes, evidence, leaves };
  },
});
