export { commitVmPreview, createVmSnapshot, previewVmSnapshot, removeVmSnapshot, undoVmPreview } from './change.ts';
export { preflightSnapshot } from './preflight.ts';
export { tellVmVolumes } from './volumes.ts';
