import { defineConfig } from 'vitest/config';

/** The built page in a real browser. */
export default defineConfig({
  test: { include: ['e2e/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
});
