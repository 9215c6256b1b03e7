import { afterEach, expect, test, vi } from 'vitest';
import { VirtualClock } from './clock.ts';

let clock: VirtualClock;
afterEach(() => clock.stop());

/** A thread that is never idle, for that many milliseconds. */
async function busy(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    for (let spin = performance.now(); performance.now() - spin < 5; );
    await new Promise((turn) => setImmediate(turn));
  }
}

test('what a program computes costs no virtual time, so no simulated time-out fires for it', async () => {
  clock = new VirtualClock({ speed: 600, start: 0 });
  let late = false;
  clock.after(20, () => {
    late = true;
  });
  clock.computes(true);
  await busy(100);
  expect(late).toBe(false);
  clock.computes(false);
  await vi.waitUntil(() => late, { interval: 1, timeout: 20_000 });
});

test('clients that never pause do not stop virtual time', async () => {
  clock = new VirtualClock({ speed: 600, start: 0 });
  while (clock.now() < 20_000) await busy(20);
});

test('while nothing is to be done, virtual time passes as fast as the speed says', async () => {
  clock = new VirtualClock({ speed: 600, start: 0 });
  const began = performance.now();
  await clock.sleep(60);
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(80);
  expect(clock.now()).toBeGreaterThanOrEqual(60_000);
});

test('time goes on while nobody waits for it', async () => {
  clock = new VirtualClock({ speed: 600, start: 0 });
  await vi.waitUntil(() => clock.now() > 60_000, { interval: 10, timeout: 20_000 });
});
