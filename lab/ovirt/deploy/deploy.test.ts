import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostedEngineLun } from '../../worlds/storage.ts';
import { vmId } from '../conf.ts';
import { paths } from '../paths.ts';
import { storageOn } from '../storage.ts';
import type { TestLab } from '../test-lab.ts';
import { deploy, installPackages, testLab } from '../test-lab.ts';

describe('a whole deployment', () => {
  let t: TestLab;
  let out = '';
  let code = -1;
  let minutes = 0;
  beforeAll(async () => {
    t = await testLab({ hosts: 2 });
    await t.fast(async () => {
      await installPackages(t.host);
      const from = t.lab.clock.now();
      const done = await deploy(t.host);
      minutes = (t.lab.clock.now() - from) / 60_000;
      out = done.stdout;
      code = done.code;
    });
  });
  afterAll(() => t.close());

  it('ends as the article shows, within half an hour or so', () => {
    expect(code).toBe(0);
    const end = out.trimEnd().split('\n').slice(-5);
    expect(end[0]).toMatch(
      /^\[ INFO {2}\] Generating answer file '\/var\/lib\/ovirt-hosted-engine-setup\/answers\/answers-\d{14}\.conf'$/,
    );
    expect(end.slice(1)).toEqual([
      "[ INFO  ] Generating answer file '/etc/ovirt-hosted-engine/answers.conf'",
      '[ INFO  ] Stage: Pre-termination',
      '[ INFO  ] Stage: Termination',
      '[ INFO  ] Hosted Engine successfully deployed',
    ]);
    expect(minutes).toBeGreaterThan(25);
    expect(minutes).toBeLessThan(36);
  });

  it('goes through the stages and playbooks in their order', () => {
    const marks = [
      '[ INFO  ] Stage: Initializing',
      '[ INFO  ] Stage: Environment setup',
      '          During customization use CTRL-D to abort.',
      "          Configuration files: ['/root/ohe.conf']",
      '[ INFO  ] Stage: Environment customization',
      '          --== HOST NETWORK CONFIGURATION ==--',
      '[ INFO  ] Stage: Setup validation',
      '[ INFO  ] Stage: Closing up',
      '[ INFO  ] Cleaning previous attempts',
      '[ INFO  ] Starting local VM',
      '[ INFO  ] TASK [ovirt.hosted_engine_setup : Create local VM]',
      '[ INFO  ] TASK [ovirt.hosted_engine_setup : Wait for the host to be up]',
      '[ INFO  ] Creating Storage Domain',
      '[ INFO  ] Creating Target VM',
      '[ INFO  ] TASK [ovirt.hosted_engine_setup : Check engine VM health]',
      '[ INFO  ] Stage: Clean up',
      '[ INFO  ] Cleaning temporary resources',
    ];
    const lines = out.split('\n');
    let at = -1;
    for (const mark of marks) {
      const next = lines.indexOf(mark, at + 1);
      expect(next, mark).toBeGreaterThan(at);
      at = next;
    }
    expect(out).toContain('[ INFO  ] changed: [localhost -> ovirt.test.local]');
    // The only error line of a good run is advice that Ansible prints the same way.
    const errors = out.split('\n').filter((line) => line.startsWith('[ ERROR ]'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^\[ ERROR \] \[DEPRECATION WARNING\]/);
  });

  it('leaves the host and the LUN as a deployed host has them', async () => {
    const { host } = t;
    expect(vmId(host)).toMatch(/^[0-9a-f-]{36}$/);
    const conf = host.fs.read(paths.conf);
    expect(conf).toContain('fqdn=ovirt.test.local\n');
    expect(conf).toContain('host_id=1\n');
    expect(conf).toContain('spUUID=00000000-0000-0000-0000-000000000000\n');
    for (const unit of ['vdsmd', 'ovirt-ha-agent', 'ovirt-ha-broker', 'sanlock', 'libvirtd']) {
      expect(host.units.isActive(`${unit}.service`), unit).toBe(true);
      expect(host.units.status(`${unit}.service`).unitFileState, unit).toBe('enabled');
    }
    expect(host.network.interfaces.get('ovirtmgmt')?.addresses[0]?.address).toBe(host.address);
    expect(host.fs.read(paths.cacert)).toContain('BEGIN CERTIFICATE');
    expect(host.firewalld.permanent.get('public')?.ports.has('54321/tcp')).toBe(true);
    expect(host.libvirt.domains.get('HostedEngine')?.state).toBe('running');
    expect(host.libvirt.domains.has('HostedEngineLocal')).toBe(false);
    expect(host.fs.read('/etc/hosts')).not.toContain('temporary entry');
    expect(host.fs.list('/var/tmp').filter((name) => name.startsWith('localvm'))).toEqual([]);
    const lun = hostedEngineLun(t.lab);
    expect(lun.group?.name).toBe(storageOn(lun)?.volumes.domain);
    expect(host.packages.has('ovirt-engine-appliance')).toBe(false);
    const check = await host.run(['hosted-engine', '--check-deployed']);
    expect(check).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('writes answer files without secrets, and no secret into its logs', () => {
    const { host, lab } = t;
    const answers = host.fs.read('/etc/ovirt-hosted-engine/answers.conf');
    expect(answers.startsWith('[environment:default]\n')).toBe(true);
    expect(answers).toContain('OVEHOSTED_STORAGE/LunID=str:3600a098000e4b4b3000003c95d171065\n');
    for (const left of ['adminPassword', 'cloudinitRootPwd', 'bridgeIf', 'host_name', 'skipTTYCheck']) {
      expect(answers).not.toContain(left);
    }
    for (const name of host.fs.list(paths.setupLogs)) {
      const path = `${paths.setupLogs}/${name}`;
      if (!host.fs.isDirectory(path)) expect(host.fs.read(path)).not.toContain(lab.secrets.enginePassword);
    }
  });

  it('has no guard: run again on the live host it stops the HA services, then fails on the LUN in use', async () => {
    const again = await t.fast(() => deploy(t.host));
    expect(again.code).toBe(1);
    expect(again.stdout).toContain(
      '[ ERROR ] fatal: [localhost]: FAILED! => {"changed": false, "msg": "Fault reason is \\"Operation Failed\\". Fault detail is \\"[Physical device initialization failed. Please check that the device is empty and accessible by the host.]\\". HTTP response code is 400."}',
    );
    expect(again.stdout).toContain("[ ERROR ] Failed to execute stage 'Closing up': Failed executing ansible-playbook");
    expect(t.host.units.isActive('ovirt-ha-agent.service')).toBe(false);
    expect(t.host.units.status('ovirt-ha-agent.service').unitFileState).toBe('disabled');
  });
});
