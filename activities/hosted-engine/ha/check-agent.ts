import type { HostParams } from '../../host/params.ts';
import { operation } from '../../operation.ts';
import { Verdict } from '../preflight/checks.ts';
import { type AgentState, describeAgent, isSteady, readAgentState } from './agent-state.ts';
import { AGENT, BROKER, BROKER_SOCKET, isDeployed } from './read-host.ts';

export interface CheckAgentOutput {
  /** One process that lasts and publishes. */
  readonly steady: boolean;
}

/** Tells what is the matter with a host's HA agent; refuses where no restart would help. */
export const checkHaAgent = operation<HostParams, AgentState, CheckAgentOutput>({
  name: 'checkHaAgent',
  title: ({ host }) => `Look at the HA agent of ${host}`,
  look: (context, { host }) => readAgentState(context, host),
  decide(state, { host }, { inventory }) {
    const { sight, symptoms } = state;
    const verdict = new Verdict();
    const role = inventory.hosts.find(({ name }) => name === host)?.role;
    verdict.demand(
      role === 'hostedEngine',
      `${host} does not have the role hostedEngine in the inventory`,
      'Name a host that can run the engine VM, or correct the inventory',
    );
    const deployed = verdict.demand(
      isDeployed(sight),
      `no hosted engine is deployed on ${host}, so its agent has nothing to do: systemd passes it over without an error`,
      'Let the engine deploy it there (Reinstall the host, Hosted Engine: Deploy)',
    );
    if (deployed) {
      const { configured = 'True' } = sight.conf;
      verdict.demand(
        configured === 'True',
        `hosted-engine.conf of ${host} says configured=${configured}, so the agent ends by itself`,
        'Let the engine deploy the host anew',
      );
      for (const unit of [AGENT, BROKER, 'vdsmd', 'sanlock']) {
        const seen = sight.units[unit];
        verdict.demand(
          seen?.loaded === true,
          `${unit} on ${host} is ${seen?.words ?? 'unknown'}, so it cannot be started`,
          seen?.masked === true
            ? `Find out who masked it and why, then: systemctl unmask ${unit}`
            : 'Install the package that brings it',
        );
      }
    }
    verdict.seen(describeAgent(host, state));
    if (!isSteady(state)) {
      for (const symptom of symptoms) verdict.seen(`journal of ${AGENT}: ${symptom}`);
      if (!sight.socket) verdict.seen(`${BROKER_SOCKET} is missing`);
    }
    for (const [unit, { words }] of Object.entries(sight.units)) verdict.seen(`${unit} on ${host} is ${words}`);
    const { findings, evidence } = verdict;
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence, output: { steady: isSteady(state) } };
  },
});
