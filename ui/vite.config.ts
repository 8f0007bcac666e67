/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
    // Under vitest the browser build of Svelte must be taken, or components cannot be mounted.
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  // The desk's window expects the page here during development (tauri.conf.json, devUrl).
  server: { port: 1420, strictPort: true, host: '127.0.0.1' },
  build: {
    target: ['es2022', 'safari16', 'chrome105'],
    // Everything is read from the program itself: no remote origin, no inlined script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    // Whole pages with an accessibility check each; a loaded machine needs its time.
    testTimeout: 30_000,
    setupFiles: ['src/lib/ui/test-setup.ts'],
  },
});
