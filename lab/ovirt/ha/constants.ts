/** Seconds between two passes of an agent's monitoring loop. */
export const LOOP_DELAY = 10;
/** A host whose timestamp has not moved for this long is not counted alive; also the history needed to decide. */
export const HOST_ALIVE_TIMEOUT = 60;
export const ENGINE_STARTING_TIMEOUT = 600;
export const BAD_HEALTH_TIMEOUT = 300;
export const ENGINE_STOP_TIMEOUT = 300;
export const MAYBE_AWAY_TIMEOUT = 40;
export const UNEXPECTED_DOWN_TIMEOUT = 560;
/** A remote score must beat the local one by this much before a healthy engine VM is shut down for it. */
export const RESTART_THRESHOLD = 800;
