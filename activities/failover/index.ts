/** Operations on what restarts VMs when a host fails; each is exported under its name, which is the activity's. */
export { surveyFailover } from './survey.ts';
