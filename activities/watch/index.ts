/**
 * activities/watch/ compares the datacentre with the runs: what should not last, and whether somebody still cares for it.
 */
export { findOrphanedStates } from './find-orphaned-states.ts';
