import { defineConfig } from 'vitest/config';

/** Compares this verifier with the ledger's own: `npm run differential -- FILE` of its verdicts. */
export default defineConfig({ test: { include: ['differential/**/*.test.ts'], testTimeout: 24 * 3_600_000 } });
