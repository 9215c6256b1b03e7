export { listLeftovers, removeLeftover } from './leftovers.ts';
export { removeOvirtPackages } from './remove-packages.ts';
export { saveConfiguration } from './save-configuration.ts';
export { surveyRemoval } from './survey.ts';
