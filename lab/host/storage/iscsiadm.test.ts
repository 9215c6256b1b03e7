import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestHosts } from '../../test-hosts.ts';
import { testHosts } from '../../test-hosts.ts';

const PORTAL = '172.20.32.7';
const DATA = 'iqn.2019-11.local.test:data';
const SECURE = 'iqn.2019-11.local.test:secure';

describe('iscsiadm', () => {
  let hosts: TestHosts;
  beforeAll(async () => {
    hosts = await testHosts();
    await hosts.sh('yum -y install iscsi-initiator-utils');
  });
  afterAll(() => hosts.close());

  it('knows nothing at first, and what a portal names afterwards', async () => {
    expect(await hosts.sh('iscsiadm -m node')).toMatchObject({ code: 21, stderr: 'iscsiadm: No records found\n' });
    const { stdout } = await hosts.sh(`iscsiadm -m discovery -t st -p ${PORTAL}`);
    expect(stdout).toBe(
      [DATA, SECURE].flatMap((iqn) => [`${PORTAL}:3260,1 ${iqn}\n`, `172.20.32.8:3260,1 ${iqn}\n`]).join(''),
    );
    expect((await hosts.sh('iscsiadm -m node')).stdout).toBe(stdout);
    expect(await hosts.sh('iscsiadm -m discovery -t st -p 172.20.32.99')).toMatchObject({ code: 4 });
  });

  it('logs in to a target, which brings a path to its LUN, and out again', async () => {
    const named = `[iface: default, target: ${DATA}, portal: ${PORTAL},3260]`;
    expect((await hosts.sh(`iscsiadm -m node -T ${DATA} -p ${PORTAL} -l`)).stdout).toBe(
      `Logging in to ${named} (multiple)\nLogin to ${named} successful.\n`,
    );
    expect((await hosts.sh('iscsiadm -m session')).stdout).toBe(`tcp: [1] ${PORTAL}:3260,1 ${DATA} (non-flash)\n`);
    expect((await hosts.sh('lsblk -dno NAME,SIZE /dev/sdd')).stdout.trim().split(/\s+/)).toEqual(['sdd', '1T']);
    expect((await hosts.sh(`iscsiadm -m node -T ${DATA} -u`)).stdout).toContain('[sid: 1, target: ');
    expect(await hosts.sh('iscsiadm -m session; ls /dev/sdd')).toMatchObject({ stdout: '' });
  });

  it('is let in by CHAP only with the right password', async () => {
    const login = () => hosts.sh(`iscsiadm -m node -T ${SECURE} -p ${PORTAL} -l`);
    const refused = await login();
    expect(refused.code).toBe(24);
    expect(refused.stderr).toContain('error (24 - iSCSI login failed due to authorization failure)');
    const { iscsiPassword } = hosts.lab.secrets;
    const quoted = `'${iscsiPassword.replaceAll("'", `'\\''`)}'`;
    const update = `iscsiadm -m node -T ${SECURE} -p ${PORTAL} -o update -n node.session.auth`;
    await hosts.sh(`${update}.username -v ovirt; ${update}.password -v ${quoted}`);
    expect((await login()).code).toBe(0);
    hosts.host.powerLoss();
    expect(hosts.lab.luns.filter((lun) => lun.paths.has('host1'))).toHaveLength(2);
  });
});
