/**
 * activities/image/ brings images from the worker into storage domains: the file, the disk, the transfer that is open on
 * it, the bytes. This file: what its operations take and what they find out.
 */
import type { ImageFormat } from './format.ts';

export interface ImageParams {
  /** An image of `isos` of the inventory: the name of its disk, or its file. */
  readonly file: string;
}

/** One image on its way, as the preflight read it. */
export interface Image {
  /** Name of its disk. */
  readonly name: string;
  /** Storage domain that keeps it. */
  readonly domain: string;
  /** Absolute path on the worker. */
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly format: ImageFormat;
  /** Bytes that a guest sees; those of the file but for qcow2. */
  readonly virtualSize: number;
  /** Id of its disk: made from name, domain and content, so the same in every run. */
  readonly disk: string;
}

export interface ImagePreflight {
  readonly image: Image;
  /** The storage domain has it, and its checksum is known. */
  readonly exists: boolean;
}

/** A disk that a run has made. */
export interface ImageDisk {
  readonly name: string;
  readonly disk: string;
}
