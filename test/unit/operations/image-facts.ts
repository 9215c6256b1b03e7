/** What the operations on an image see: the image, its disk, its transfer. */
import type { Image } from '../../../activities/image/params.ts';
import type { OperationContext } from '../../../activities/operation.ts';
import { renderCommand } from '../../../activities/runtime/render-command.ts';

export const context = {} as OperationContext;
export const SHA = 'ab'.repeat(32);
export const image: Image = {
  name: 'c7.iso',
  domain: 'data1',
  file: '/srv/images/c7.iso',
  size: 1024 ** 3,
  sha256: SHA,
  format: 'iso',
  virtualSize: 1024 ** 3,
  disk: 'd-1',
};
export const none = { trace: { begun: false, events: [] } };
export const event = { index: 7, severity: 'error', code: 1034, description: 'Image Upload with disk c7.iso failed.' };
export const disk = (status: string, more: object = {}) => ({
  disk: {
    id: 'd-1',
    alias: 'c7.iso',
    description: '',
    status,
    provisioned_size: 1024 ** 3,
    content_type: 'iso',
    storage_domains: [],
    ...more,
  },
});
export const transfer = (phase: string, more: object = {}) => ({ transfer: { id: 't-1', phase, ...more } });
export const lines = (decision: { changes: readonly Parameters<typeof renderCommand>[0][] }) =>
  decision.changes.map(renderCommand);
