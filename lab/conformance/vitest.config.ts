import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['lab/conformance/*.conformance.ts'], testTimeout: 1_200_000, hookTimeout: 900_000 },
});
