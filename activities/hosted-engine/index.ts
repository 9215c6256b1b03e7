/** Operations on the hosted engine; each is exported under its name, which is the activity's. */
export { answerFile, removeAnswerFile } from './answer-file.ts';
export * from './backup/index.ts';
export { cleanUpHostedEngine } from './clean-up.ts';
export { deployHostedEngine } from './deploy.ts';
export { preflightHost, preflightHostedEngineHost } from './further-host/index.ts';
export * from './ha/index.ts';
export { preflightHostedEngine } from './preflight/index.ts';
export * from './reboot/index.ts';
export * from './removal/index.ts';
export { surveyMove } from './survey-move.ts';
export { verifyHostedEngine } from './verify.ts';
