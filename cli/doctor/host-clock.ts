import { sshTarget } from '../../connectors/ssh.ts';
import { type ClockSample, clockOffset, clockText, isOff } from './clock.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';
import type { HostQuestion } from './host-question.ts';

const CLOCK_SAMPLES = 3;

/** As the user who logs in, so that a sudo that hesitates does not count as time. */
export async function checkClock({ host, loaded, profile, ssh, signal }: HostQuestion): Promise<Finding> {
  const { name } = host;
  const { scale } = loaded.inventory.timing;
  if (scale !== 1) {
    const why = `timing.scale is ${scale}: the time of a simulation is not that of this machine`;
    return notChecked(['host.clock'], name, why)[0] as Finding;
  }
  const samples: ClockSample[] = [];
  for (let count = 0; count < CLOCK_SAMPLES; count += 1) {
    const asked = Date.now() / 1000;
    const { stdout } = await ssh.run(
      sshTarget(host, loaded.directory),
      { argv: ['date', '+%s.%N'], root: false },
      { signal },
    );
    samples.push({ asked, remote: Number(stdout), answered: Date.now() / 1000 });
  }
  const offset = clockOffset(samples);
  const limit = profile.hostedEngine.clockOffsetSeconds;
  if (offset === undefined || Number.isNaN(offset.seconds)) {
    return problem('host.clock', name, `${name} does not tell the time`, 'Log in and try: date +%s.%N');
  }
  const what = `the clock of ${name} is ${clockText(offset)} of this machine's`;
  if (!isOff(offset, limit)) return ok('host.clock', name, what);
  const fix = `See who is right: chronyc tracking, on ${name} and here; chronyc makestep sets a clock at once`;
  return problem('host.clock', name, `${what}; ${limit} s are allowed`, fix);
}
