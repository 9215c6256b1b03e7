import { runsProfile } from '../../../profiles/index.ts';
import type { CheckInput, Verdict } from './checks.ts';

export interface Capacity {
  readonly vcpusAvailable: number;
  readonly memoryMiB: number;
}

/** Account, operating system, virtualisation, memory, disk, clock. */
export function checkHost(input: CheckInput, verdict: Verdict): Capacity {
  checkSystem(input, verdict);
  checkClock(input, verdict);
  checkDisks(input, verdict);
  return checkCapacity(input, verdict);
}

function checkSystem({ facts, host, profile }: CheckInput, verdict: Verdict): void {
  const { system, cpu, kvmDevice } = facts;
  verdict.demand(
    facts.root,
    `commands on ${host.name} do not run as root`,
    `Log in as root, or let ${host.ssh.user} use sudo without a password`,
  );
  const name = system.get('PRETTY_NAME') ?? 'an unknown system';
  verdict.seen(`${host.name} runs ${name}`);
  verdict.demand(
    runsProfile(profile, system),
    `${host.name} runs ${name}, but profile ${profile.name} is for ${profile.operatingSystem.title}`,
    'Name the profile in the inventory that fits the host, or install the host anew',
  );
  const flag = ['vmx', 'svm'].find((candidate) => cpu.flags.has(candidate));
  verdict.seen(`CPU virtualisation: ${flag ?? 'none'}, /dev/kvm ${kvmDevice ? 'present' : 'missing'}`);
  const offered = verdict.demand(
    flag !== undefined,
    `the CPU of ${host.name} offers no virtualisation`,
    'Switch on Intel VT-x or AMD-V in the firmware setup of the server',
  );
  if (offered) {
    verdict.demand(
      kvmDevice,
      `${host.name} has no /dev/kvm although its CPU can virtualise`,
      'Switch on virtualisation in the firmware setup (dmesg: "kvm: disabled by bios"), or load the kvm module',
    );
  }
}

function checkCapacity({ facts, wish, host, profile, deployed }: CheckInput, verdict: Verdict): Capacity {
  const { reservedMemoryMiB, memoryGraceMiB, minimalMemoryMiB } = profile.hostedEngine;
  const memoryMiB = Math.max(0, (facts.memory?.usableMiB ?? 0) - reservedMemoryMiB);
  const vcpusAvailable = facts.cpu.count;
  verdict.seen(`${vcpusAvailable} CPUs, ${memoryMiB} MiB of memory available`);
  if (deployed) return { vcpusAvailable, memoryMiB };
  verdict.demand(
    vcpusAvailable >= wish.vcpus,
    `the engine VM is to have ${wish.vcpus} vCPUs, but ${host.name} has ${vcpusAvailable} CPUs`,
    'Ask for fewer vCPUs (input vcpus, or engine.vcpus in the inventory)',
  );
  const needed = Math.max(wish.memoryMiB, minimalMemoryMiB);
  verdict.demand(
    memoryMiB + memoryGraceMiB >= needed,
    `the engine VM is to have ${needed} MiB of memory, but ${host.name} has ${memoryMiB} MiB available`,
    `End what uses the memory, or ask for less, at least ${minimalMemoryMiB} (input memoryMiB, or engine.memoryMiB in the inventory)`,
  );
  return { vcpusAvailable, memoryMiB };
}

function checkDisks({ facts, wish, host, profile, deployed }: CheckInput, verdict: Verdict): void {
  const { rootGiB, varTmpGiB, minimalDiskGiB } = profile.hostedEngine;
  verdict.demand(
    wish.diskGiB >= minimalDiskGiB,
    `the engine VM is to have a disk of ${wish.diskGiB} GiB; the deployment refuses less than ${minimalDiskGiB}`,
    'Ask for a larger disk (input diskGiB, or engine.diskGiB in the inventory)',
  );
  const [root, varTmp] = facts.fileSystems;
  if (root === undefined || varTmp === undefined) {
    verdict.demand(
      false,
      `df on ${host.name} does not tell the free space of / and /var/tmp`,
      'Look at df -P / /var/tmp',
    );
    return;
  }
  const space = (gib: number) => `${gib.toFixed(1)} GiB free`;
  verdict.seen(`/ has ${space(root.availableGiB)}, /var/tmp has ${space(varTmp.availableGiB)}`);
  if (deployed) return;
  const shared = root.mount === varTmp.mount;
  verdict.demand(
    varTmp.availableGiB >= varTmpGiB + (shared ? rootGiB : 0),
    `/var/tmp on ${host.name} has ${space(varTmp.availableGiB)}; the appliance of the engine needs ${varTmpGiB + (shared ? rootGiB : 0)} GiB there`,
    'Make room in /var/tmp',
  );
  if (!shared) {
    verdict.demand(
      root.availableGiB >= rootGiB,
      `/ on ${host.name} has ${space(root.availableGiB)}; packages and logs need ${rootGiB} GiB`,
      'Make room in /',
    );
  }
}

function checkClock({ facts: { clock }, host, profile }: CheckInput, verdict: Verdict): void {
  const limit = profile.hostedEngine.clockOffsetSeconds;
  if (clock === undefined) {
    verdict.demand(
      false,
      `no time service answers on ${host.name}`,
      'yum install chrony; systemctl enable chronyd; systemctl start chronyd',
    );
    return;
  }
  const offset = clock.offsetSeconds === undefined ? '' : `, offset ${clock.offsetSeconds} s`;
  verdict.seen(`the clock is ${clock.synchronised ? 'synchronised' : 'not synchronised'}${offset}`);
  verdict.demand(
    clock.synchronised,
    `the clock of ${host.name} is not synchronised`,
    'Look at chronyc sources; correct the servers in /etc/chrony.conf',
  );
  verdict.demand(
    clock.offsetSeconds === undefined || clock.offsetSeconds < limit,
    `the clock of ${host.name} is off by ${clock.offsetSeconds} seconds; less than ${limit} is needed`,
    'chronyc makestep, then look at chronyc tracking',
  );
}
