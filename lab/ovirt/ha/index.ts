/**
 * The hosted-engine high-availability agents: what an agent sees, how it decides, what it scores and what it
 * writes for the other hosts to read. states.ts, score.ts, metadata.ts and liveness.ts are pure; agent.ts and
 * broker.ts put them to work on a host's clock.
 * Behaviour after ovirt-hosted-engine-ha 2.3.6 (oVirt 4.3).
 */
export * from './constants.ts';
export * from './liveness.ts';
export * from './metadata.ts';
export * from './score.ts';
export * from './states.ts';
