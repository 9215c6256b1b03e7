/** Operations on storage domains; each is exported under its name, which is the activity's. */
export { attachStorageDomain, createStorageDomain } from './create.ts';
export { loginIscsiTarget, logoutIscsiTarget } from './iscsi.ts';
export { preflightStorageDomain } from './preflight.ts';
export { detachStorageDomain, removeStorageDomain } from './remove.ts';
export { verifyStorageDomain } from './verify.ts';
