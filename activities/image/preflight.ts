import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import type { EngineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import type { InventoryIso } from '../../inventory/schema.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import { sizeWords } from '../runtime/meter.ts';
import { type DomainFacts, domainFacts, homeOf, roomIn } from '../storage/facts.ts';
import { checksumMark, type DiskFacts, diskFacts, diskWords, markedChecksum } from './facts.ts';
import type { ImageFormat } from './format.ts';
import type { Image, ImageParams, ImagePreflight } from './params.ts';
import { readImage, wishedImage } from './source.ts';

interface PreflightFacts extends DomainFacts, DiskFacts {
  readonly image: Image;
  /** Why no storage can take the file. */
  readonly trouble?: string;
  readonly wish: InventoryIso;
  /** Disks of the image's name in its domain, whoever made them. */
  readonly named: readonly EngineDisk[];
}

/**
 * Reads the file, all of it, and whether its domain has it already: a disk of its name, `ok`, whose description gives the
 * file's checksum. Name and size alone prove nothing. Changes nothing.
 * (article, section 12; engine, /disks)
 */
export const preflightImage = engineOperation<ImageParams, PreflightFacts, ImagePreflight>({
  name: 'preflightImage',
  title: ({ file }) => `Check the image ${file}`,
  look: lookAtImage,
  decide(facts): EngineDecision<ImagePreflight> {
    const { image, disk } = facts;
    const there = facts.named.find((one) => one.status === 'ok' && markedChecksum(one) === image.sha256);
    const { trouble: _, wish: __, ...kept } = facts;
    const evidence = [
      `${image.file} is ${image.format}, ${sizeWords(image.size)}, sha256:${image.sha256}`,
      there === undefined ? diskWords(image.name, kept) : `disk ${image.name} of ${image.domain} has this checksum`,
      ...(there === undefined && disk !== undefined ? ['it was left by an upload that did not end'] : []),
    ];
    const output: ImagePreflight = { image: { ...image, disk: there?.id ?? image.disk }, exists: there !== undefined };
    const findings = there === undefined ? judge(facts) : [];
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, output, findings };
    return { state: 'already', changes: [], evidence, output };
  },
});

async function lookAtImage(context: OperationContext, { file }: ImageParams): Promise<PreflightFacts> {
  const wish = wishedImage(context.inventory, file);
  const { trouble, ...image } = await readImage(context, wish);
  const home = (await homeOf(context, image.domain)) ?? context.inventory.engine.dataCenter;
  const domain = await domainFacts(context, image.domain, home);
  const [facts, disks] = await Promise.all([
    diskFacts(context, image.disk),
    domain.domain === undefined ? [] : context.engine().list(`/storagedomains/${domain.domain.id}/disks`, engineDisk),
  ]);
  const named = disks.filter(({ alias }) => alias === image.name);
  return { ...domain, ...facts, image, wish, named, ...(trouble !== undefined && { trouble }) };
}

function judge(facts: PreflightFacts): readonly Finding[] {
  const { image, wish, trouble, domain, attached, named, disk, transfer, hosts } = facts;
  const findings: Finding[] = [];
  if (image.size === 0) findings.push({ what: `${image.file} is empty`, fix: 'Copy it to the worker again' });
  else findings.push(...misfit(image, wish));
  if (trouble !== undefined) {
    findings.push({ what: `${image.file} cannot be uploaded: ${trouble}`, fix: 'Name another file in isos' });
  }
  if (wish.sha256 !== undefined && wish.sha256 !== image.sha256) {
    const fix = 'Copy it to the worker again, or correct sha256 in isos';
    findings.push({ what: `${image.file} has sha256 ${image.sha256}, but the inventory expects ${wish.sha256}`, fix });
  }
  if (domain === undefined) {
    const fix = 'Make it with attachStorageDomain, or correct domain in isos';
    findings.push({ what: `the engine has no storage domain ${image.domain}`, fix });
  } else if (attached !== 'active') {
    const fix = 'Activate it with attachStorageDomain, or in the Administration Portal';
    findings.push({ what: `storage domain ${image.domain} is ${attached ?? 'not attached'}`, fix });
  } else if (disk === undefined) {
    findings.push(...noRoom(image, domain));
  }
  if (hosts[0]?.status !== 'up') {
    findings.push({ what: 'no host is up to write the image', fix: 'Activate a host of the data center' });
  }
  if (transfer !== undefined) {
    const what = `an image transfer to disk ${image.name} is open already, and ${transfer.phase}`;
    findings.push({ what, fix: 'Let it end, or cancel it under Storage, Disks, Upload; see findOrphanedStates' });
  }
  if (disk?.status === 'illegal') {
    const what = `disk ${image.name} is illegal: an upload of it failed`;
    findings.push({ what, fix: 'Remove it in the Administration Portal, under Storage, Disks' });
  }
  if (disk !== undefined && !named.some(({ id }) => id === disk.id)) {
    const what = `this image was uploaded as disk ${disk.alias} before, which is now named or placed otherwise`;
    findings.push({ what, fix: 'Correct name or domain in isos, or put the disk back' });
  }
  return [...findings, ...named.filter(({ id }) => id !== image.disk).map((other) => namesake(image, other))];
}

/** An ISO and a qcow2 image say what they are; what says nothing is a raw disk only if people say so. */
function misfit({ file, format }: Image, { format: wished }: InventoryIso): readonly Finding[] {
  if (wished === format || (wished === undefined && format !== 'raw')) return [];
  const what = `${file} is ${BY_ITS_BYTES[format]}${wished === undefined ? '' : `, but isos says format: ${wished}`}`;
  const fix =
    wished === undefined ? 'where it is a raw disk image, add format: raw to it in isos' : 'or correct format';
  return [{ what, fix: `Copy the right file to the worker; ${fix}` }];
}

const BY_ITS_BYTES: Readonly<Record<ImageFormat, string>> = {
  iso: 'an ISO',
  qcow2: 'a qcow2 image',
  raw: 'neither an ISO (no CD001 at byte 32769) nor a qcow2 image',
};

function noRoom({ size, domain: name }: Image, domain: EngineStorageDomain): readonly Finding[] {
  const { room = size, kept } = roomIn(domain);
  if (room >= size) return [];
  const what = `storage domain ${name} has room for ${sizeWords(room)} (the engine keeps ${sizeWords(kept)} free), and the image needs ${sizeWords(size)}`;
  return [{ what, fix: 'Remove what is not needed there, or name another domain in isos' }];
}

/** Another disk of the image's name: VMs are told their CD by its name, so there must not be two. */
function namesake(image: Image, other: EngineDisk): Finding {
  const marked = markedChecksum(other);
  const where = `disk ${image.name} of ${image.domain}`;
  if (marked !== undefined || other.provisioned_size !== image.virtualSize) {
    const differs = marked !== undefined ? `checksum sha256:${marked}` : `${other.provisioned_size} bytes`;
    const fix = 'Give the image another name in isos, or remove that disk';
    return { what: `${where} exists with other content: ${differs}`, fix };
  }
  return {
    what: `${where} exists with the size of the image, but nothing tells whether it has its content`,
    fix: `Remove it; or download it, compare it, and write ${checksumMark(image.sha256)} into its description`,
  };
}
