import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { saved } from './build/saved';

/** The page in one file, `verify.html`, beside the built portal: it needs no node and asks nobody for anything. */
export default defineConfig({
  mode: 'saved',
  plugins: [svelte(), saved('index.html', 'public/tamga.svg')],
  publicDir: false,
  build: {
    outDir: process.env.PORTAL_OUT ?? 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: {
      input: 'src/main.ts',
      // One plain script: browsers fetch modules, even from a file, under rules that files fail.
      output: { format: 'iife', inlineDynamicImports: true },
    },
  },
});
