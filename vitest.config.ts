import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'lab/**/*.test.ts'],
    globalSetup: ['test/support/temporal-server.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
