import { afterEach, expect, test, vi } from 'vitest';
import { VirtualClock } from './clock.ts';

let clock: VirtualClock;
afterEach(() => clock.stop());

test('what is computed costs no virtual time, so no simulated time-out fires for it', async () => {
  clock = new VirtualClock({ speed: 600, start: 0 });
  let late = false;
  clock.after(20, () => {
    late = true;
  });
  const until = performance.now() + 100;
  // A busy machine: the loop turns all the while and is never idle.
  while (performance.now() < until) {
    for (let spin = performance.now(); performance.now() - spin < 5; );
    await new Promise((turn) => setImmediate(turn));
  }
  expect(late).toBe(false);
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
  await vi.waitUntil(() => clock.now() > 60_000, { interval: 10 });
});
