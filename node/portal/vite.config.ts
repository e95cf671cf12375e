import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { offline } from './build/offline';

export default defineConfig({
  plugins: [svelte(), offline('build/worker.js')],
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  build: {
    outDir: process.env.PORTAL_OUT ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows no inline anything (spec §20.15), data addresses included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { testTimeout: 60_000, include: ['tests/**/*.test.ts', 'src/**/*.test.ts'] },
});
