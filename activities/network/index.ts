/** Operations on logical networks; each is exported under its name, which is the activity's. */
export { attachNetwork, detachNetwork, requireNetwork } from './cluster.ts';
export { setUpNetwork, takeNetworkOff } from './host.ts';
export { createNetwork, removeNetwork, setNetwork } from './network.ts';
export { preflightNetwork } from './preflight.ts';
export { createVnicProfile, removeVnicProfile } from './profile.ts';
export { verifyNetwork } from './verify.ts';
