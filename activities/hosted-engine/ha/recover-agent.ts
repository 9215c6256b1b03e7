import type { HostParams } from '../../host/params.ts';
import { type HostChange, operation } from '../../operation.ts';
import { type AgentState, describeAgent, isSteady, readAgentState } from './agent-state.ts';
import { AGENT, BROKER, BROKER_SOCKET } from './read-host.ts';

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
    if (isSteady(state)) return { state: 'already', changes: [], evidence: [summary] };
    const changes: HostChange[] = [{ argv: ['hosted-engine', '--connect-storage'] }];
    // Its restart empties /run/ovirt-hosted-engine-ha, so a broker that serves is left alone.
    if (sight.units[BROKER]?.active !== true || !sight.socket) changes.push({ argv: ['systemctl', 'restart', BROKER] });
    changes.push({ argv: ['systemctl', 'restart', AGENT] });
    const evidence = [
      summary,
      `${BROKER} is ${sight.units[BROKER]?.words ?? 'unknown'}, ${BROKER_SOCKET} is ${sight.socket ? 'there' : 'missing'}`,
      ...symptoms,
    ];
    return { state: 'wouldDo', changes, evidence };
  },
});
