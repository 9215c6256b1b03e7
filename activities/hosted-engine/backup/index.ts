export { backUpEngine } from './back-up.ts';
export { fetchEngineBackup } from './fetch.ts';
