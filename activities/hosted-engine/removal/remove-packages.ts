import type { HostParams } from '../../host/params.ts';
import { readAll } from '../../host/read-all.ts';
import { operation } from '../../operation.ts';

/** The article's list; quoted, because a shell would expand them against the files of its folder. (section 5) */
const PATTERNS = ['ovirt*', 'qemu*', 'virt*', 'libvirt*', 'libguestfs*'];

/** Removes oVirt's and libvirt's packages with what only they needed; none of them is left. Nothing takes this back. */
export const removeOvirtPackages = operation<HostParams, readonly string[]>({
  name: 'removeOvirtPackages',
  title: ({ host }) => `Remove the packages of oVirt and libvirt from ${host}`,
  followed: true,
  limitSeconds: 3600,
  async look(context, { host }) {
    const { packages } = await readAll(context.host(host), { packages: ['rpm', '-qa', '--qf', '%{NAME}\\n'] });
    const wanted = new RegExp(`^(?:${PATTERNS.map((pattern) => pattern.replace('*', '.*')).join('|')})$`);
    return packages.text.split('\n').filter((name) => wanted.test(name));
  },
  decide(packages, { host }) {
    const changes = [{ argv: ['yum', '-y', 'autoremove', ...PATTERNS] }];
    if (packages.length === 0) return { state: 'already', changes, evidence: ['none of these packages is installed'] };
    const leaves = {
      what: `packages of oVirt and libvirt, removed from ${host}`,
      byHand: `yum history list, then yum history undo with the id shown there, on ${host}`,
    };
    return { state: 'wouldDo', changes, evidence: [`installed: ${[...packages].sort().join(', ')}`], leaves };
  },
});
