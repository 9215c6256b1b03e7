/** Operations on the power of hosts; each is exported under its name, which is the activity's. */
export { resetFenceAgent, setFenceAgent } from './agent.ts';
export { powerCycleHost } from './cycle.ts';
export { integrateKdump, tellKdump } from './install.ts';
export { setPowerManagement } from './management.ts';
export { surveyFencing } from './survey.ts';
