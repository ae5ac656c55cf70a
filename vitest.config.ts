import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Whole runs of the product: each waits for servers, uploads and packing. */
const LONG_MS = 120_000

export default defineConfig({
  test: {
    // Files at a time for each two processors: a fifth of a whole run is waiting for what a real
    // clock decides, in which another file can go on.
    maxWorkers: Math.ceil((availableParallelism() * 3) / 2),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,tools,bench,examples}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/{simulation,e2e}/**'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: LONG_MS,
          hookTimeout: LONG_MS,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: LONG_MS,
          hookTimeout: LONG_MS,
        },
      },
    ],
  },
})
