// `npm test`: everything that continuous integration runs. Checks, then all tests, with the servers
// they need; the last line says how many passed and failed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check.ts'
import { repositoryRoot } from './repository.ts'
import { services } from './services/all.ts'
import {
  installDebianPackages,
  type ProvidedServices,
  provideServices,
} from './services/provide.ts'
import { type Tally, tallyTests } from './test-report.ts'

/** What runs now, so that an interruption can end it. */
const running: { services?: Promise<ProvidedServices>; tests?: ChildProcess } = {}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void interrupt(signal))
}

/** Ends what this run started, in order, then this process; its exit handlers do the rest. */
async function interrupt(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Promise<void> {
  const { tests } = running
  if (tests && tests.exitCode === null && tests.signalCode === null) {
    tests.kill(signal)
    await once(tests, 'exit')
  }
  // A server on its way up is let up first: half-started it could not be stopped.
  const provided = await running.services?.catch(() => undefined)
  await provided?.stop()
  process.exit(128 + constants.signals[signal])
}

async function main(): Promise<Tally> {
  running.services = provideServices(services, {
    environment: process.env,
    log: (line) => console.log(line),
    install: installDebianPackages,
  })
  let provided: ProvidedServices
  try {
    provided = await running.services
  } catch (error) {
    return { passed: 0, failed: 1, remarks: [(error as Error).message] }
  }
  try {
    // The architecture test is one of the tests below.
    const checks = await check({ except: 'architecture' })
    const failedChecks = checks.filter(({ hasPassed }) => !hasPassed)
    const tests = await runTests(provided.environment)
    return {
      passed: checks.length - failedChecks.length + tests.passed,
      failed: failedChecks.length + tests.failed,
      remarks: [...failedChecks.map(({ name }) => `failed check: ${name}`), ...tests.remarks],
    }
  } finally {
    await provided.stop()
  }
}

/** Runs all projects of vitest: readable on the terminal, counted from the JSON report. */
async function runTests(environment: Readonly<Record<string, string>>): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'keeprate-report-'))
  const report = join(folder, 'report.json')
  try {
    const tests = spawn(
      process.execPath,
      [
        join(repositoryRoot, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      ],
      {
        cwd: repositoryRoot,
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    running.tests = tests
    const [code] = (await once(tests, 'exit')) as [number | null]
    return tallyTests(existsSync(report) ? readFileSync(report, 'utf8') : undefined, code ?? 1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { passed, failed, remarks } = await main()
for (const remark of remarks) console.log(remark)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
