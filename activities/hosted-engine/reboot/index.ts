export { awaitHaHost } from './await-host.ts';
export { confirmEngineDown } from './confirm-down.ts';
export { confirmHostFree } from './confirm-free.ts';
export { confirmHaHost } from './confirm-host.ts';
export { surveyReboot } from './survey.ts';
