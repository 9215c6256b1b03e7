/** systemctl, systemd-run and journalctl of systemd 219; the facts are host-commands §2, §7, §8, §13. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestHosts, testHosts } from '../../test-hosts.ts';

let hosts: TestHosts;
beforeAll(async () => {
  hosts = await testHosts();
  const unit = (exec: string, more = ''): string =>
    `[Unit]\nDescription=Test\n${more}\n[Service]\nType=forking\nExecStart=${exec}\n[Install]\nWantedBy=multi-user.target\n`;
  hosts.host.fs.write('/etc/systemd/system/broken.service', unit('/usr/bin/false'));
  hosts.host.fs.write(
    '/etc/systemd/system/conditional.service',
    unit('/usr/bin/sleep 900', 'ConditionFileNotEmpty=/etc/nothing.conf'),
  );
});
afterAll(() => hosts.close());

type Row = [
  title: string,
  command: string,
  expected: { stdout?: string | RegExp; stderr?: string | RegExp; code: number },
];

const rows: readonly Row[] = [
  ['§2.1 is-active, running', 'systemctl is-active firewalld', { stdout: 'active\n', code: 0 }],
  ['§2.1 is-active, stopped and unloaded', 'systemctl is-active iptables', { stdout: 'unknown\n', code: 3 }],
  ['§2.1 is-active, no such unit', 'systemctl is-active nosuch', { stdout: 'unknown\n', code: 3 }],
  [
    '§2.3 show, each time twice: by the clock and in microseconds since the boot',
    'systemctl show firewalld iptables -p ExecMainStartTimestamp,ExecMainStartTimestampMonotonic',
    {
      stdout:
        /^ExecMainStartTimestamp=\w{3} \d{4}-.*\nExecMainStartTimestampMonotonic=\d+\n\nExecMainStartTimestamp=\nExecMainStartTimestampMonotonic=0\n$/,
      code: 0,
    },
  ],
  ['§2.1 is-enabled', 'systemctl is-enabled firewalld', { stdout: 'enabled\n', code: 0 }],
  ['§2.1 is-enabled, disabled', 'systemctl is-enabled iptables', { stdout: 'disabled\n', code: 1 }],
  [
    '§2.1 is-enabled, no such unit',
    'systemctl is-enabled X',
    { stdout: '', stderr: 'Failed to get unit file state for X.service: No such file or directory\n', code: 1 },
  ],
  ['§2.1 status, no such unit', 'systemctl status X', { stderr: 'Unit X.service could not be found.\n', code: 4 }],
  ['§2.1 status, inactive', 'systemctl status iptables', { stdout: /Active: inactive \(dead\)/, code: 3 }],
  [
    '§2.1 start, no such unit',
    'systemctl start X',
    { stderr: 'Failed to start X.service: Unit not found.\n', code: 5 },
  ],
  [
    '§2.1 stop, not loaded',
    'systemctl stop X',
    { stderr: 'Failed to stop X.service: Unit X.service not loaded.\n', code: 5 },
  ],
  [
    '§2.1 start fails',
    'systemctl start broken',
    {
      stderr:
        'Job for broken.service failed because the control process exited with error code. See "systemctl status broken.service" and "journalctl -xe" for details.\n',
      code: 1,
    },
  ],
  ['§2.1 is-failed', 'systemctl is-failed broken', { stdout: 'failed\n', code: 0 }],
  ['§8 is-system-running, degraded', 'systemctl is-system-running', { stdout: 'degraded\n', code: 1 }],
  [
    '§2.1 reset-failed, then running',
    'systemctl reset-failed broken; systemctl is-system-running',
    { stdout: 'running\n', code: 0 },
  ],
  [
    '§13.6 a failed condition is silent',
    'systemctl start conditional; echo $?; systemctl is-active conditional',
    { stdout: '0\nunknown\n', stderr: '', code: 3 },
  ],
  [
    '§2.2 condition in status',
    'systemctl status conditional',
    {
      stdout: /Condition: start condition failed at .*\n {11}ConditionFileNotEmpty=\/etc\/nothing.conf was not met/,
      code: 3,
    },
  ],
  [
    '§2.1 enable, first time',
    'systemctl enable conditional',
    {
      stderr:
        'Created symlink from /etc/systemd/system/multi-user.target.wants/conditional.service to /etc/systemd/system/conditional.service.\n',
      code: 0,
    },
  ],
  ['§2.1 enable, repeated', 'systemctl enable conditional', { stderr: '', stdout: '', code: 0 }],
  [
    '§2.1 disable',
    'systemctl disable conditional; systemctl disable conditional',
    { stderr: 'Removed symlink /etc/systemd/system/multi-user.target.wants/conditional.service.\n', code: 0 },
  ],
  [
    '§2.1 enable, no such unit',
    'systemctl enable X',
    { stderr: 'Failed to execute operation: No such file or directory\n', code: 1 },
  ],
  [
    '§2.1 mask',
    'systemctl mask X',
    { stderr: 'Created symlink from /etc/systemd/system/X.service to /dev/null.\n', code: 0 },
  ],
  [
    '§2.1 start, masked',
    'systemctl start X; systemctl unmask X',
    { stderr: /^Failed to start X.service: Unit is masked.\n/, code: 0 },
  ],
  [
    '§2.3 show of a missing unit looks like success',
    'systemctl show gone -p LoadState -p ActiveState,SubState,Result,ExecMainStatus',
    { stdout: 'Result=success\nExecMainStatus=0\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n', code: 0 },
  ],
  [
    '§2.3 --value is not there',
    'systemctl show sshd --value',
    { stderr: "systemctl: unrecognized option '--value'\n", code: 1 },
  ],
  ['§2.3 NRestarts is absent', 'systemctl show sshd -p NRestarts', { stdout: '', code: 0 }],
  [
    '§2.4 systemd-run',
    "systemd-run --unit=ok -r /bin/bash -c 'sleep 5'",
    { stdout: '', stderr: 'Running as unit ok.service.\n', code: 0 },
  ],
  [
    '§2.4 the name is taken',
    'systemd-run --unit=ok true',
    { stderr: 'Failed to start transient service unit: Unit ok.service already exists.\n', code: 1 },
  ],
  [
    '§2.4 running',
    'systemctl show ok -p ActiveState,SubState',
    { stdout: 'ActiveState=active\nSubState=running\n', code: 0 },
  ],
  [
    '§2.4 ended well, kept by -r',
    'sleep 10; systemctl show ok -p ActiveState,SubState,Result,ExecMainStatus',
    { stdout: 'Result=success\nExecMainStatus=0\nActiveState=active\nSubState=exited\n', code: 0 },
  ],
  [
    '§2.4 stop frees the name',
    'systemctl stop ok; systemctl show ok -p LoadState',
    { stdout: 'LoadState=not-found\n', code: 0 },
  ],
  [
    '§2.4 a failed one stays',
    "systemd-run --unit=bad -r /bin/bash -c 'exit 3'; sleep 1; systemctl show bad -p ActiveState,SubState,Result,ExecMainStatus,ExecMainCode",
    { stdout: 'Result=exit-code\nExecMainCode=1\nExecMainStatus=3\nActiveState=failed\nSubState=failed\n', code: 0 },
  ],
  [
    '§2.4 reset-failed frees it',
    'systemctl reset-failed bad; systemctl show bad -p LoadState',
    { stdout: 'LoadState=not-found\n', code: 0 },
  ],
  [
    '§2.4 without -r a successful one is gone',
    'systemd-run --unit=once true; sleep 1; systemctl show once -p LoadState',
    { stdout: 'LoadState=not-found\n', code: 0 },
  ],
  [
    '§2.4 --collect is not there',
    'systemd-run --collect true',
    { stderr: "systemd-run: unrecognized option '--collect'\n", code: 1 },
  ],
  [
    '§2.4 --wait is not there',
    'systemd-run --wait true',
    { stderr: "systemd-run: unrecognized option '--wait'\n", code: 1 },
  ],
  [
    '§2.4 no SSH variables in units',
    "systemd-run --unit=env -r /bin/bash -c 'env > /root/unit-env'; sleep 1; grep -c -E 'SSH_|TERM' /root/unit-env",
    { stdout: '0\n', code: 1 },
  ],
  [
    '§13.9 journalctl of an unknown unit',
    'journalctl -u NOSUCH --no-pager',
    { stdout: /^-- Logs begin at .*, end at .* --\n-- No entries --\n$/, code: 0 },
  ],
  [
    '§7 a unit logs to the journal',
    "systemd-run --unit=talk -r /bin/bash -c 'echo hello; echo oops >&2'; sleep 1; journalctl -u talk -o cat --no-pager | grep -xE 'hello|oops'",
    { stdout: 'hello\noops\n', code: 0 },
  ],
  [
    '§7 this boot, and a number of lines that may be missing',
    'for n in "-b -n 2" "-xb -n 2" "-n 2 -b" "-b -1 -n 2"; do journalctl -q --no-pager -o cat $n | wc -l; done; journalctl -q -n --no-pager | wc -l',
    { stdout: '2\n2\n2\n0\n10\n', code: 0 },
  ],
  [
    '§7 quiet json',
    'journalctl -u talk -q -o json -n 1 | grep -c \'"__REALTIME_TIMESTAMP" : "\'',
    { stdout: '1\n', code: 0 },
  ],
  [
    '§6 hostnamectl',
    'hostnamectl',
    {
      stdout: /^ {3}Static hostname: host1.test.local\n[\s\S]* {2}Operating System: CentOS Linux 7 \(Core\)\n/,
      code: 0,
    },
  ],
];

describe('systemd 219', () => {
  it.each(rows)('%s', async (_title, command, { stdout, stderr, code }) => {
    const result = await hosts.sh(command);
    expect(result.code).toBe(code);
    for (const [text, wanted] of [
      [result.stdout, stdout],
      [result.stderr, stderr],
    ] as const) {
      if (typeof wanted === 'string') expect(text).toBe(wanted);
      else if (wanted) expect(text).toMatch(wanted);
    }
  });

  it('loses transient units and gets another boot id at a reboot (§2.4, §8)', async () => {
    const { host, lab } = hosts;
    await hosts.sh(
      "systemd-run --unit=long -r /bin/bash -c 'sleep 9000'; echo x > /tmp/t; echo x > /run/r; echo x > /root/kept",
    );
    const before = host.fs.read('/proc/sys/kernel/random/boot_id');
    expect(before).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/);
    await lab.clock.hurry(async () => {
      const back = new Promise<void>((resolve) => host.onPower.add((power) => power === 'on' && resolve()));
      await host.run(['reboot']);
      await back;
    });
    expect(host.fs.read('/proc/sys/kernel/random/boot_id')).not.toBe(before);
    const after = await hosts.sh(
      'systemctl show long -p LoadState; ls /tmp/t /run/r /root/kept; systemctl is-active firewalld',
    );
    expect(after.stdout).toBe('LoadState=not-found\n/root/kept\nactive\n');
  });

  it('starting firewalld stops iptables, and the other way round (§3)', async () => {
    const result = await hosts.sh(
      'systemctl start iptables; systemctl is-active firewalld iptables; systemctl start firewalld; systemctl is-active iptables firewalld',
    );
    expect(result.stdout).toBe('inactive\nactive\nunknown\nactive\n');
  });
});
