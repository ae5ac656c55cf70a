// `npm run check`: everything that can be said about the tree without running the product.
import { join } from 'node:path'
import { missingFromLock, readLock } from './lock.ts'
import { lintPublishedPackage } from './published-package.ts'
import { repositoryRoot } from './repository.ts'
import { type RunResult, run } from './run.ts'

/** One check. Its output is shown only when it fails. */
interface Step {
  readonly name: string
  run(): Promise<RunResult>
}

/** How one check ended. */
export interface StepResult {
  readonly name: string
  readonly hasPassed: boolean
}

/** Runs a tool's script with this Node.js, as installed, in the repository's root. */
const tool = (name: string, script: string, ...toolArguments: string[]): Step => ({
  name,
  run: () =>
    run(process.execPath, [join(repositoryRoot, script), ...toolArguments], {
      cwd: repositoryRoot,
    }),
})

/** A check made of our own code: passes when it finds no problem. */
const finder = (name: string, find: () => Promise<readonly string[]>): Step => ({
  name,
  run: async () => {
    const problems = await find()
    return { exitCode: problems.length === 0 ? 0 : 1, output: problems.join('\n') }
  },
})

const VITEST = 'node_modules/vitest/vitest.mjs'

const steps: readonly Step[] = [
  tool(
    'format and lint',
    'node_modules/@biomejs/biome/bin/biome',
    ...['check', '--error-on-warnings', '--max-diagnostics=30'],
  ),
  tool('types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
  tool('generated files', 'tools/generate.ts', '--check'),
  finder('lock', async () => missingFromLock(readLock(repositoryRoot))),
  tool('architecture', VITEST, 'run', 'test/architecture.test.ts'),
  tool('dead code', 'node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'),
  finder('published package', () => lintPublishedPackage(repositoryRoot)),
]

/** Runs the checks one after the other, all of them, and prints a line for each. */
export async function check(options: { readonly except?: string } = {}): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const step of steps.filter(({ name }) => name !== options.except)) {
    const start = performance.now()
    const { exitCode, output } = await runToEnd(step)
    const seconds = ((performance.now() - start) / 1_000).toFixed(1)
    const hasPassed = exitCode === 0
    console.log(`${hasPassed ? 'ok  ' : 'FAIL'} ${step.name.padEnd(20)} ${seconds.padStart(6)} s`)
    if (!hasPassed) console.log(`${output.trimEnd()}\n`)
    results.push({ name: step.name, hasPassed })
  }
  return results
}

async function runToEnd(step: Step): Promise<RunResult> {
  try {
    return await step.run()
  } catch (error) {
    return { exitCode: 1, output: error instanceof Error ? error.message : String(error) }
  }
}

if (import.meta.main) {
  const failed = (await check()).filter(({ hasPassed }) => !hasPassed)
  const names = failed.map(({ name }) => name).join(', ')
  console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${names}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
