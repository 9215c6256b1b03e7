/** activities/datacenter/ reads the datacentre as a whole: how it is described, and how what there is keeps the rules. */

export { checkDescription } from './description.ts';
export { inspectEngineHosts } from './inspect-engine-hosts.ts';
export { inspectHosts } from './inspect-hosts.ts';
