/** activities/datacenter/ reads the datacentre as a whole: how it is described, and how that compares with what there is. */

export { checkDescription } from './description.ts';
