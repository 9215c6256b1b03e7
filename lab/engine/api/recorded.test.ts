import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';
import { parseXml, type XmlElement } from './wire/xml-parse.ts';

const directory = new URL('./recorded/', import.meta.url);

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: Answer;
}

function headersIn(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2),
  ]);
  return Object.fromEntries(pairs);
}

function read(name: string): Recorded {
  const text = readFileSync(new URL(name, directory), 'utf8').replace(/^(#.*\n)+/, '');
  const at = text.search(/^HTTP\/1\.1 \d/m);
  const [requestHead = '', requestBody = ''] = text.slice(0, at).split(/\n\n(.*)/s);
  const [answerHead = '', answerBody = ''] = text.slice(at).split(/\n\n(.*)/s);
  const [line = '', ...headers] = requestHead.split('\n');
  const [status = '', ...answerHeaders] = answerHead.split('\n');
  const [method = '', path = ''] = line.split(' ');
  return {
    method,
    path,
    headers: headersIn(headers),
    body: requestBody.trim(),
    answer: {
      status: Number(status.split(' ')[1]),
      headers: headersIn(answerHeaders.filter((one) => one !== '')),
      body: answerBody.trim(),
    },
  };
}

/** Every path of keys in a document; links and actions count by what they are called. */
function jsonKeys(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => jsonKeys(one, at));
  if (typeof value !== 'object' || value === null) return [];
  const rel = (value as { rel?: unknown }).rel;
  if (typeof rel === 'string') return [`${at}=${rel}`];
  return Object.entries(value).flatMap(([name, inner]) => [`${at}/${name}`, ...jsonKeys(inner, `${at}/${name}`)]);
}

function xmlKeys(element: XmlElement, at = ''): string[] {
  const here = `${at}/${element.name}`;
  if (element.name === 'link') return [`${here}=${element.attributes.rel ?? ''}`];
  const attributes = Object.keys(element.attributes).map((name) => `${here}@${name}`);
  return [here, ...attributes, ...element.children.flatMap((child) => xmlKeys(child, here))];
}

const keysOf = (answer: Answer): Set<string> => {
  const type = answer.headers['content-type'] ?? '';
  if (answer.body === '' || !/^application\/(json|xml)/.test(type)) return new Set();
  try {
    return new Set(type.includes('json') ? jsonKeys(JSON.parse(answer.body)) : xmlKeys(parseXml(answer.body)));
  } catch {
    return new Set(['not a document']);
  }
};

/** In every answer, or dependent on the server in front: not compared. */
const transport = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);
const headerNames = (answer: Answer): string[] =>
  Object.keys(answer.headers)
    .filter((name) => !transport.has(name))
    .sort();

/** In the recorded answers and not in 4.3, or not in this datacentre: its storage is FC. */
const absent = [
  /\/(auto_pinning_policy|bios_type|cpu_pinning_policy|disconnect_action_delay|encrypted|engine_backup|fips_mode)$/,
  /\/(instance_id|ovn_configured|parallel_migrations_policy|reinstallation_required|tpm_enabled|vnc_encryption|port_isolation|synced|vdsm_name)$/,
  /\/(upgrade_in_progress|upgrade_percent_complete|video_type|virtio_scsi_multi_queues_enabled)$/,
  /=(autopincpuandnumanodes|checkpoints|cleanfinishedtasks|copyhostnetworks|cpuunits|discoveriscsi|mediateddevices)$/,
  /=(externaltemplateimports|refreshglusterhealstatus|reset|screenshot|setmaster)$/,
  /\/(clusters?|actions)\/actions\/link=upgrade$|^\/actions\/link=upgrade$/,
  // Shown when networks are there.
  /\/management_network([@/]|$)/,
  /mac_pool\/link(=permissions)?$/,
  /\/os\/(description|version\/minor)$/,
  /\/pm_proxies\/pm_proxy(\/type)?$/,
  /\/storage\/(address|path)$/,
  /\/logical_unit\/active_paths$/,
  /\/initialization(\/|$)/,
  /\/event(@|\/)?.*\/(template|vm|storage_domain)(@|\/|$)|^\/(template|vm|storage_domain)(\/|$)/,
  /^\/data_centers?\/(data_center\/)?description$/,
];
/** The other way round: in 4.3 and no more, or in this datacentre alone. */
const present = [
  /\/product_info\/(name|vendor)$/,
  /\/(maintenance_reason_required|optional_reason)$/,
  /\/display\/single_qxl_pci$/,
  /\/os\/reported_kernel_cmdline$/,
  /^\/hosted_engine(\/|$)/,
  /\/storage\/volume_group(@|\/|$)/,
  /\/logical_unit\/storage_domain_id$/,
  /(^|\/event)\/user(@|\/)(href|id)$/,
  /(^|\/event)\/host(@|\/|$)/,
  /=(files|images|options|reloadconfigurations)$/,
  /(^|\/data_center)\/(storage_format|description|mac_pool(@\w+|\/\w+)?)$/,
];
/**
 * What only one kind of entity lacks, by the path that was asked: a data center has no actions in 4.3; the recorded
 * agent told whether LUNs are in use even when it was not asked; quotas have no place at the root, and disks could do less.
 */
const absentAt: readonly (readonly [path: RegExp, key: RegExp])[] = [
  [
    /^\/ovirt-engine\/api(\/v4)?\/datacenters(\/[^/?]+)?(\?.*)?$/,
    /^(\/data_centers)?(\/data_center)?\/actions(\/link)?$/,
  ],
  [/\/disks(\/[^/]+)?$/, /(\/quota[@/]href|=convert|=disksnapshots)$/],
  [/\/storage\?report_status=false$/, /\/logical_unit\/status$/],
  // An empty list under its name, where others are left out.
  [/\/vnicprofiles(\?.*)?$/, /^\/vnic_profile$/],
  [/\/snapshots$/, /^\/snapshot\/link$/],
];
const absentOf = (path: string): RegExp[] => [
  ...absent,
  ...absentAt.filter(([asked]) => asked.test(path)).map(([, key]) => key),
];
const except = (keys: Set<string>, other: Set<string>, accepted: readonly RegExp[]): string[] =>
  [...keys].filter((key) => !other.has(key) && !accepted.some((one) => one.test(key)));

describe('the engine of the lab answers what was recorded from a real one', () => {
  let s: ServedLab;
  const ids = new Map<string, string>();
  let vm = '';
  beforeAll(async () => {
    s = await servedLab(2);
    const [first] = (await s.client.json('GET', '/datacenters')).data_center as unknown as Json[];
    const [cluster] = (await s.client.json('GET', '/clusters')).cluster as unknown as Json[];
    const [domain] = (await s.client.json('GET', '/storagedomains')).storage_domain as unknown as Json[];
    const [second] = (await s.client.json('GET', '/hosts?search=host2*')).host as unknown as Json[];
    ids.set('a8b99c78-e708-11f1-a09d-02fc00000001', String(first?.id));
    ids.set('a8be3864-e708-11f1-bac9-02fc00000001', String(cluster?.id));
    ids.set('eb8d2252-3b75-408e-96dc-e65edc3c2fd5', String(domain?.id));
    ids.set('d8fa2011-a18e-45cb-8936-bf99f4cea0d0', String(second?.id));
    const [management] = (await s.client.json('GET', '/networks?search=datacenter%3DDatacenter1'))
      .network as unknown as Json[];
    ids.set('00000000-0000-0000-0000-000000000009', String(management?.id));
  });
  afterAll(() => s.close());

  const host2To = async (status: 'up' | 'maintenance'): Promise<void> => {
    const id = ids.get('d8fa2011-a18e-45cb-8936-bf99f4cea0d0');
    const now = async (): Promise<unknown> => (await s.client.json('GET', `/hosts/${id}`)).status;
    const settled = async (): Promise<boolean> => ['up', 'maintenance'].includes(String(await now()));
    await s.until('host2 rests', settled);
    if ((await now()) === status) return;
    const action = status === 'up' ? 'activate' : 'deactivate';
    await s.client.json('POST', `/hosts/${id}/${action}`, action === 'deactivate' ? { reason: 'test' } : {}, {
      'correlation-id': `rec-${action}-json`,
    });
    await s.until(`host2 is ${status}`, async () => (await now()) === status);
  };

  /** What the recorded engine had by other names. */
  const here = (text: string): string => {
    let out = text;
    for (const [theirs, ours] of ids) out = out.replaceAll(theirs, ours);
    return (
      out
        .replace(/("data_center": \{\s*"name": )"Default"/, '$1"Datacenter1"')
        .replace(/(<data_center><name>)Default/, '$1Datacenter1')
        .replaceAll('name%3Ddc1', 'name%3DDefault')
        .replaceAll('name%3DDC1', 'name%3DDATACENTER1')
        // Levels and CPU types that a 4.3 engine knows, and one that it does not.
        .replace(/("minor": "?)7/, '$12')
        .replace(/(recj.*)Intel Westmere IBRS SSBD MDS Family/s, '$1Intel Cooperlake Family')
        .replaceAll('cluster%3DDefault', 'cluster%3DCluster1')
        .replaceAll('"name": "Default"', '"name": "Cluster1"')
        .replaceAll(
          '"address": "127.0.0.1",\n    "path": "/exports/nfs9"',
          '"address": "nas.test.local",\n    "path": "/exports/data"',
        )
        .replaceAll('"name": "nfs1"', '"name": "hosted_storage"')
        .replaceAll('<name>nfs1</name>', '<name>hosted_storage</name>')
        .replace(/([="])v2\b/g, '$1host1.test.local')
        .replaceAll('"v1"', '"host2.test.local"')
        .replaceAll('%22v1%22', '%22host2.test.local%22')
        .replaceAll('=v1', '=host2.test.local')
        .replaceAll('%3Dv1', '%3Dhost2.test.local')
        .replaceAll('"localhost"', '"host2.test.local"')
    );
  };
  const theirs = (text: string): string => {
    // The engine's own VM is in the cluster, which theirs was not.
    let out = text.replace('., Cannot remove Cluster. One or more VMs are still assigned to the Cluster', '');
    out = out.replaceAll("'host2.test.local'", "'localhost'");
    for (const [their, our] of ids) out = out.replaceAll(our, their);
    return out;
  };

  const prepare = async (name: string): Promise<void> => {
    const number = Number(name.slice(0, 3));
    await host2To(number >= 311 && number <= 316 ? 'maintenance' : 'up');
    if (/^(485|495|496|380)/.test(name)) {
      await host2To('maintenance');
      await host2To('up');
      const [job] = (await s.client.json('GET', '/jobs?search=correlation_id%3Drec-activate-json'))
        .job as unknown as Json[];
      ids.set('cc2c6d7c-0bb7-43ab-84ef-b8a6a249f01d', String(job?.id));
    }
    if (name.startsWith('489')) {
      const [event] = (await s.client.json('GET', '/events?max=1&search=type%3D16')).event as unknown as Json[];
      ids.set('/events/364', `/events/${event?.id}`);
    }
    if (number >= 460 && number <= 469) await settleSnapshots(name);
    if (number > 421 && number < 450 && vm === '') {
      const [made] = (await s.client.json('GET', '/vms?search=recvm1')).vm as unknown as Json[];
      vm = String(made?.id);
      ids.set('a3b0d129-8203-4c62-af73-1938dea97037', vm);
      const [profile] = (await s.client.json('GET', '/vnicprofiles')).vnic_profile as unknown as Json[];
      ids.set('9f926f8f-6866-4e9a-8c8a-0b499b49d631', String(profile?.id));
    }
  };

  /** Snapshots are made and removed one after the other; 464 asks while one is being made. */
  const settleSnapshots = async (name: string): Promise<void> => {
    const path = `/vms/${vm}/snapshots`;
    const settled = async (): Promise<boolean> =>
      ((await s.client.json('GET', path)).snapshot as unknown as Json[]).every(
        (one) => String(one.snapshot_status) === 'ok',
      );
    await s.until('no snapshot is worked on', settled, 1);
    if (name.startsWith('464')) await s.client.json('POST', path, { description: 's3', persist_memorystate: false });
  };

  /** What was made here has another id than what was made there. */
  const learn = (recorded: Answer, answer: Answer): void => {
    const [there, made] = [recorded, answer].map((one) => /[^/]+-[^/]+$/.exec(one.headers.location ?? '')?.[0]);
    if (there !== undefined && made !== undefined) ids.set(there, made);
  };

  const replay = async (one: Recorded): Promise<Answer> => {
    const { secrets } = s.t.lab;
    const basic = one.answer.status === 401 ? 'admin@internal:wrong' : `admin@internal:${secrets.enginePassword}`;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(one.headers))
      headers[name] = value.replace('BASE64', Buffer.from(basic).toString('base64')).replace('TOKEN', s.client.token);
    const body = here(one.body)
      .replace('PASSWORD', encodeURIComponent(secrets.enginePassword))
      .replace('TOKEN', s.client.token);
    return s.client.send(here(one.path), {
      method: one.method,
      headers: { ...headers, ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      ...(body === '' ? {} : { body }),
    });
  };

  const names = readdirSync(directory).filter((name) => name.endsWith('.http'));
  it.each(names)('%s', async (name) => {
    const one = read(name);
    await prepare(name);
    const answer = await replay(one);
    learn(one.answer, answer);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      one.answer.status,
      one.answer.headers['content-type'],
    ]);
    expect(headerNames(answer)).toEqual(headerNames(one.answer));
    if (one.headers['correlation-id'] !== undefined)
      expect(answer.headers['correlation-id']).toBe(one.answer.headers['correlation-id']);
    const [ours, recorded] = [keysOf(answer), keysOf(one.answer)];
    expect({ missing: except(recorded, ours, absentOf(one.path)), extra: except(ours, recorded, present) }).toEqual({
      missing: [],
      extra: [],
    });
    const refusal = answer.status >= 400 && answer.status !== 500;
    if (refusal) expect(theirs(answer.body).trim()).toBe(one.answer.body);
  });
});
