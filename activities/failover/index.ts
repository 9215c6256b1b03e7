/** Operations on what restarts VMs when a host fails; each is exported under its name, which is the activity's. */
export { cutHostPower, noteBeforeEngineOutage, switchHostOn } from './engine-outage.ts';
export { bringHostBack, fenceHost } from './fence-host.ts';
export { seeEngineRestarted } from './see-engine-restarted.ts';
export { noteBeforeOutage, seeVmRestarted } from './see-restart.ts';
export { surveyFailover } from './survey.ts';
