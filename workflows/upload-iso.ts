import type { Image } from '../activities/image/params.ts';
import type { Owned } from '../runbooks/owned-states.ts';
import { uploadIso as definition } from '../runbooks/upload-iso.ts';
import type { DurationWords } from '../windows/duration.ts';
import type { Report } from './contract.ts';
import { operations, type Run, runbook } from './runtime/index.ts';

/**
 * Brings an image into its storage domain; rolled back, its transfer is cancelled and the disk that this run has made is
 * gone. (article, section 12)
 */
export async function uploadIso(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { file } = run.input;
    await run.preflight('Test the connection to the image proxy', operations.testImageProxy({}));
    const { image, exists } = await run.preflight(`Check the image ${file}`, operations.preflightImage({ file }));
    const found = { known: true, output: exists } as const;
    await run.when(
      found,
      (there) => !there,
      `${image.domain} has ${image.name}`,
      () => upload(run, image),
    );
  });
}

async function upload(run: Run, image: Image): Promise<void> {
  const { name, domain, disk } = image;
  const transfer: Owned = { kind: 'imageTransfer', target: disk };
  const created = await run.step(`Create the disk ${name} on ${domain}`, operations.createImageDisk(image));
  const opened = await run.step(`Open an image transfer to ${name}`, operations.openImageTransfer(image), {
    needs: [created],
    owns: transfer,
  });
  await run.check(`Test the connection for ${name}`, operations.testImageConnection(image), { needs: [opened] });
  const sent = await run.step(`Send ${name}`, operations.sendImage(image), {
    typical: sendingTime(image),
    needs: [opened],
    fixes: {
      'image-transfer': {
        title: 'Begin the upload anew',
        automatic: true,
        run: () => beginAnew(run, image, transfer),
      },
    },
  });
  const finalized = await run.step(`Finalize the image transfer to ${name}`, operations.finalizeImageTransfer(image), {
    needs: [sent],
    releases: transfer,
  });
  const noted = await run.step(`Note the checksum of ${name}`, operations.noteImageChecksum(image), {
    needs: [finalized],
  });
  await run.check(`Verify the image ${name}`, operations.verifyImage(image), { needs: [noted] });
}

/** The way out of a transfer that nobody can send to any more: its disk goes with it. */
async function beginAnew(run: Run, image: Image, transfer: Owned): Promise<void> {
  const { name, domain, disk } = image;
  await run.step(`Cancel the lost image transfer to ${name}`, operations.cancelImageTransfer({ name, disk }), {
    releases: transfer,
  });
  await run.step(`Remove what it left of ${name}`, operations.removeImageDisk({ name, disk }));
  await run.step(`Create the disk ${name} on ${domain} again`, operations.createImageDisk(image));
  await run.step(`Open another image transfer to ${name}`, operations.openImageTransfer(image), { owns: transfer });
}

/** There and back at what a gigabit network gives. */
const BYTES_PER_MINUTE = 50 * 2 ** 20 * 60;

function sendingTime({ size }: Image): DurationWords {
  const minutes = Math.max(1, Math.ceil((2 * size) / BYTES_PER_MINUTE));
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}
