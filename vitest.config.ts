import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Threads that tests start, above all the one that writes to SQLite, are stripped of their types
// once and not at each of thousands of starts: half of what a test of the stores costs. It is the
// folder that commands use by themselves.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')

/** After this a test hangs. How fast the machine is, and what else it does, must not matter. */
const HANGS_MS = 300_000
const limits = { testTimeout: HANGS_MS, hookTimeout: HANGS_MS }

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
          ...limits,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          ...limits,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/link-program.ts',
          ...limits,
        },
      },
    ],
  },
})
