import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * After so long a test hangs. Far beyond what any of them takes: how busy a machine is must not
 * decide whether a claim is true.
 */
const LONG_MS = 120_000
const patience = { testTimeout: LONG_MS, hookTimeout: LONG_MS }

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
          ...patience,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          ...patience,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/link-program.ts',
          ...patience,
        },
      },
    ],
  },
})
