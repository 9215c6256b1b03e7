/**
 * connectors/engine/ is the client of the engine's REST API: the calls that the operations make, and no others.
 * session.ts logs in, transport.ts carries one exchange, faults.ts tells what a refusal means, reader.ts is what
 * operations may ask, client.ts asks it and sends, search.ts asks collections, model/ holds the shapes of what is read, one file per kind.
 */
export { type EngineCall, EngineClient } from './client.ts';
export type { EngineReader, IscsiTargets, PowerStatus } from './reader.ts';
export { type EngineRequest, renderRequest } from './request.ts';
export { type EngineAccount, EngineSessions } from './session.ts';
