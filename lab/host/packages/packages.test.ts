/** yum, rpm and yum-config-manager of EL7; the facts are host-commands §1 and §13. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestHosts, testHosts } from '../../test-hosts.ts';

const release = 'http://resources.example.org/release.rpm';
let hosts: TestHosts;
beforeAll(async () => {
  hosts = await testHosts();
  hosts.lab.rpmFiles.set(release, { name: 'epel-release' });
});
afterAll(() => hosts.close());

type Row = [title: string, command: string, expected: { stdout?: RegExp; stderr?: string | RegExp; code: number }];

const rows: readonly Row[] = [
  [
    '§1.2 repolist',
    'yum repolist',
    {
      stdout: /^repo id +repo name +status\nbase\/7\/x86_64 +CentOS-7 - Base +10,097\n[\s\S]*\nrepolist: 11,436\n$/m,
      code: 0,
    },
  ],
  [
    '§1.1 install',
    'yum -y install screen',
    {
      stdout:
        /Dependencies Resolved\n[\s\S]*Installing:\n screen [\s\S]*Transaction Summary\n=+\nInstall {2}1 Package\n[\s\S]*Running transaction\n[\s\S]*\nInstalled:\n {2}screen\.x86_64 [\s\S]*\nComplete!\n$/,
      code: 0,
    },
  ],
  [
    '§1.1 already current',
    'yum -y install screen',
    {
      stdout: /Package screen-4\.1\.0-0\.25\.\S+\.x86_64 already installed and latest version\nNothing to do\n$/,
      code: 0,
    },
  ],
  [
    '§1.1 no such package',
    'yum -y install NOSUCH',
    { stdout: /No package NOSUCH available\.\n$/, stderr: 'Error: Nothing to do\n', code: 1 },
  ],
  [
    '§13.2 one good, one missing',
    'yum -y install tmux NOSUCH',
    { stdout: /No package NOSUCH available\.\n[\s\S]*Complete!\n$/, code: 0 },
  ],
  [
    '§1.1 missing names not tolerated',
    'yum -y --setopt=skip_missing_names_on_install=0 install socat NOSUCH',
    { stderr: 'Error: Not tolerating missing names on install, stopping.\n', code: 1 },
  ],
  ['§1.1 by URL', `yum -y install ${release}`, { stdout: /Complete!\n$/, code: 0 }],
  [
    '§13.1 by URL, installed already',
    `yum -y install ${release}`,
    {
      stdout:
        /Examining \/var\/tmp\/\S+: epel-release-7-11\.noarch\n\/var\/tmp\/\S+: does not update installed package\.\n$/,
      stderr: 'Error: Nothing to do\n',
      code: 1,
    },
  ],
  [
    '§1.1 URL not reachable',
    'yum -y install http://nowhere.example.org/x.rpm',
    { stderr: 'Cannot open: http://nowhere.example.org/x.rpm. Skipping.\nError: Nothing to do\n', code: 1 },
  ],
  [
    '§1.1 no -y at end of input',
    'yum install socat </dev/null',
    {
      stdout:
        /Is this ok \[y\/d\/N\]: Exiting on user command\nYour transaction was saved, rerun it with:\n yum load-transaction \S+\n$/,
      code: 1,
    },
  ],
  ['§1.1 answered y', 'echo y | yum install socat', { stdout: /Complete!\n$/, code: 0 }],
  ['§1.1 check-update', 'yum -q check-update', { stdout: /^sudo\.x86_64 +1\.8\.23-4\.el7_7\.1 +updates$/m, code: 100 }],
  ['§1.1 update', 'yum -y update', { stdout: /Updated:\n[\s\S]*sudo\.x86_64[\s\S]*Complete!\n$/, code: 0 }],
  ['§1.1 update, nothing to do', 'yum -y update', { stdout: /No packages marked for update\n$/, code: 0 }],
  [
    '§1.1 remove, nothing matches',
    'yum -y remove nosuch',
    { stdout: /No Match for argument: nosuch\nNo Packages marked for removal\n$/, code: 0 },
  ],
  [
    '§1.1 remove asks differently',
    'yum remove socat </dev/null',
    { stdout: /Is this ok \[y\/N\]: Exiting on user command\n/, code: 1 },
  ],
  [
    '§1.1 remove',
    "yum -y remove 'soc*'; rpm -q socat",
    { stdout: /Removed:\n {2}socat[\s\S]*Complete!\npackage socat is not installed\n$/, code: 1 },
  ],
  [
    '§1.1 not root',
    'sudo -u operator yum -y install socat',
    { stderr: 'You need to be root to perform this command.\n', code: 1 },
  ],
  [
    '§1.4 rpm -q',
    'rpm -q screen nosuch nosuch2',
    { stdout: /^screen-\S+\.x86_64\npackage nosuch is not installed\npackage nosuch2 is not installed\n$/, code: 2 },
  ],
  [
    '§1.4 rpm --qf',
    "rpm -q --qf '%{NAME} %{EPOCHNUM} %{VERSION} %{RELEASE} %{ARCH}\\n' bind-utils",
    { stdout: /^bind-utils 32 9\.11\.4 9\.P2\.el7_7\.1 x86_64\n$/, code: 0 },
  ],
  ['§1.4 rpm -qa of nothing', "rpm -qa 'ovirt*'", { stdout: /^$/, code: 0 }],
  [
    '§13.3 disabling an unknown repository',
    'yum-config-manager --disable UNKNOWN',
    { stdout: /^Loaded plugins: fastestmirror\n$/, stderr: '', code: 0 },
  ],
  [
    '§1.3 disable',
    'yum-config-manager --disable extras; yum repolist disabled',
    { stdout: /^=+ repo: extras =+\n\[extras\]\n[\s\S]*\nenabled = 0\n[\s\S]*\nextras/m, code: 0 },
  ],
  [
    '§1.3 disabled in its file',
    'grep -A4 "^.extras" /etc/yum.repos.d/CentOS-Base.repo; yum-config-manager --enable extras >/dev/null',
    { stdout: /enabled = 0/, code: 0 },
  ],
  [
    '§1.3 --add-repo names it after its URL',
    'yum-config-manager --add-repo http://mirror.centos.org/centos-7/7/virt/x86_64/libvirt-latest/ >/dev/null; cat /etc/yum.repos.d/mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_.repo',
    { stdout: /\[mirror\.centos\.org_centos-7_7_virt_x86_64_libvirt-latest_\]\nname=added from: http:/, code: 0 },
  ],
  [
    '§1.1 a repository that cannot be reached',
    'yum -y install socat; c=$?; rm /etc/yum.repos.d/mirror*; exit $c',
    {
      stderr: /One of the configured repositories failed \(added from: [\s\S]*yum-config-manager --disable mirror/,
      code: 1,
    },
  ],
  [
    '§1.3 not root',
    'sudo -u operator yum-config-manager --disable base',
    { stderr: 'You must be root to change the yum configuration.\n', code: 50 },
  ],
];

describe('packages of EL7', () => {
  it.each(rows)('%s', async (_title, command, { stdout, stderr, code }) => {
    const result = await hosts.sh(command);
    expect(result.code, result.stderr).toBe(code);
    if (stdout) expect(result.stdout).toMatch(stdout);
    if (typeof stderr === 'string') expect(result.stderr).toBe(stderr);
    else if (stderr) expect(result.stderr).toMatch(stderr);
  });

  it('waits for the lock of another yum (§1.1, §13.18)', async () => {
    const result = await hosts.sh('yum -y install virt-top >/root/first & sleep 1; yum -y install nmap-ncat; wait');
    expect(result.stdout).toMatch(/^Existing lock \/var\/run\/yum\.pid: another copy is running as pid \d+\.\n/m);
    expect(result.stdout).toMatch(
      /^Another app is currently holding the yum lock; waiting for it to exit\.\.\.\n {2}The other application is: yum\n {4}Memory :/m,
    );
    expect(result.stdout).toMatch(/Complete!\n$/);
    expect(hosts.host.packages.has('virt-top') && hosts.host.packages.has('nmap-ncat')).toBe(true);
  });

  it('has a program only with its package', async () => {
    expect((await hosts.sh('virsh list')).stderr).toBe('/bin/bash: virsh: command not found\n');
    expect((await hosts.sh('yum -y remove firewalld; firewall-cmd --state')).code).toBe(127);
    expect(
      (await hosts.sh('yum -y install firewalld && systemctl start firewalld && firewall-cmd --state')).stdout,
    ).toMatch(/running\n$/);
  });

  it('leaves what was done when it is killed', async () => {
    const result = await hosts.sh(
      'timeout -s KILL 12 yum -y install virt-manager virt-viewer libguestfs-tools libvirt; echo $?',
    );
    expect(result.stdout).toMatch(/137\n$/);
    expect(hosts.host.packages.has('libvirt-libs')).toBe(true);
    expect(hosts.host.packages.has('libguestfs-tools')).toBe(false);
    expect((await hosts.sh('yum -y install libguestfs-tools')).code).toBe(0);
  });
});
