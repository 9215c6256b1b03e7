/** Operations on images; each is exported under its name, which is the activity's. */
export { createImageDisk, noteImageChecksum, removeImageDisk } from './disk.ts';
export { preflightImage } from './preflight.ts';
export { sendImage } from './send.ts';
export { testImageConnection, testImageProxy } from './test-connection.ts';
export { cancelImageTransfer, finalizeImageTransfer, openImageTransfer } from './transfer.ts';
export { verifyImage } from './verify.ts';
