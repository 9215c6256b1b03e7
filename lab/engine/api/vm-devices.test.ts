import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('consoles and watchdogs of VMs, and the template Blank', () => {
  let s: ServedLab;
  let id = '';
  beforeAll(async () => {
    s = await servedLab(1, 0.1);
    const made = { name: 'vm1', cluster: { name: 'Cluster1' }, template: { name: 'Blank' } };
    const os = { boot: { devices: { device: ['hd', 'network'] } } };
    id = String((await call('POST', '/vms', { ...made, os })).id);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> => s.client.json(method, path, body);
  const SPICE = '7370696365';

  it('gives the file that opens a console, with a password of its own, while the VM runs', async () => {
    const consoles = `/vms/${id}/graphicsconsoles`;
    expect((await call('GET', consoles)).graphics_console).toMatchObject([{ id: '766e63', protocol: 'vnc' }]);
    expect(await call('POST', consoles, { protocol: 'spice' })).toMatchObject({ id: SPICE, protocol: 'spice' });
    const file = `${consoles}/${SPICE}/remoteviewerconnectionfile`;
    expect((await s.client.call('POST', file, {})).status).toBe(204);
    await call('POST', `/vms/${id}/start`, {});
    const address = s.t.host.address;
    expect(await call('GET', `${consoles}/${SPICE}?current=true`)).toMatchObject({
      address,
      port: '5900',
      tls_port: '5901',
    });
    const text = String((await call('POST', file, {})).remote_viewer_connection_file);
    expect(text.split('\n').slice(0, 4)).toEqual(['[virt-viewer]', 'type=spice', `host=${address}`, 'port=5900']);
    expect(text).toMatch(/^password=\w{12}$/m);
    expect(text).toContain(`\nvm-guid=${id}\n`);
    const ticket = await call('POST', `${consoles}/766e63/ticket`, { ticket: { value: 'x7y8', expiry: 300 } });
    expect(ticket.ticket).toEqual({ expiry: '300', value: 'x7y8' });
    const told = (await call('GET', '/events?search=type%3D164')).event as unknown as Json[];
    expect(told.map((one) => String(one.description))).toContain(
      'User admin@internal-authz initiated console session for VM vm1',
    );
    expect(await call('DELETE', `${consoles}/766e63`)).toMatchObject({ status: 'complete' });
    expect((await call('GET', consoles)).graphics_console).toMatchObject([{ id: SPICE }]);
  });

  it('has one watchdog at most', async () => {
    const path = `/vms/${id}/watchdogs`;
    expect((await call('POST', path, { model: 'i6300esb' })).detail).toBe('Watchdog [action] required for add');
    const made = await call('POST', path, { model: 'i6300esb', action: 'reset' });
    expect((await call('POST', path, { model: 'i6300esb', action: 'reset' })).status).toBe(409);
    expect(await call('PUT', `${path}/${made.id}`, { action: 'poweroff' })).toMatchObject({
      model: 'i6300esb',
      action: 'poweroff',
    });
    await call('DELETE', `${path}/${made.id}`);
    expect(await call('GET', path)).toEqual({ status: 200 });
  });

  it('finds the template Blank in every data center', async () => {
    const found = await call('GET', '/templates?search=name%3DBlank%20and%20datacenter%3DDatacenter1');
    expect(found.template).toMatchObject([{ id: '00000000-0000-0000-0000-000000000000', status: 'ok' }]);
    expect((await s.client.call('GET', '/templates/00000000-0000-0000-0000-000000000001')).status).toBe(404);
    expect(s.t.lab.defects).toEqual([]);
  });
});
