import type { Entity } from '../wire/values.ts';
import type { EngineDatabase } from './database.ts';
import type { DiskAttachmentRow } from './disk-attachments.ts';
import type { DiskRow } from './disks.ts';
import type { VmNicRow } from './vm-nics.ts';
import type { GraphicsProtocol } from './vms.ts';

/** The template without disks that every installation begins with; it is no row. */
export const BLANK = '00000000-0000-0000-0000-000000000000';

/** A VM as it was, to make others from; its disks are its own, and nothing writes to them any more. */
export interface TemplateRow {
  readonly id: string;
  name: string;
  readonly clusterId: string;
  readonly createdAt: number;
  /** Its disks are being made, or VMs of its content. */
  status: 'locked' | 'ok';
  settings: Entity;
  /** Without addresses, which each VM gets for itself. */
  readonly nics: readonly VmNicRow[];
  readonly consoles: readonly GraphicsProtocol[];
  /** Its disks, as a VM made from it has its own. */
  readonly attachments: readonly Omit<DiskAttachmentRow, 'vmId'>[];
}

export const disksOfTemplate = (db: EngineDatabase, template: TemplateRow): DiskRow[] =>
  template.attachments.flatMap(({ diskId }) => db.disks.get(diskId) ?? []);

/** The template that a disk belongs to. */
export const templateWith = (db: EngineDatabase, disk: Pick<DiskRow, 'id'>): TemplateRow | undefined =>
  [...db.templates.values()].find(({ attachments }) => attachments.some(({ diskId }) => diskId === disk.id));
