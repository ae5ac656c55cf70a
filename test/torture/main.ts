// Kills gateways at every point, for every way that providers work, on every database there is, and
// prints what came of it: `npm run torture`, or `node test/torture/main.ts --seeds 100`. Broken
// gateways, which must be caught, every fault in every flow, the simulations in full, storms on
// budgets and a whole batch follow.
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { postgres } from '../../tools/services/postgres.ts'
import { installDebianPackages, provideServices } from '../../tools/services/provide.ts'
import { tesseract } from '../../tools/services/tesseract.ts'
import { databaseKinds } from '../e2e/stand.ts'
import { tortureBatch } from './batch-run.ts'
import { defects, provingDeaths } from './defects.ts'
import { killPoints, reaches, type Style, styles } from './kill-points.ts'
import { playStorms } from './spend-storms.ts'
import { type Death, type Outcome, tortureOnce } from './torture-run.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    /** The first seed, to go on where an earlier run ended. */
    from: { type: 'string', default: '0' },
    'only-deaths': { type: 'boolean', default: false },
    'only-storms': { type: 'boolean', default: false },
  },
})
const services = await provideServices([postgres, tesseract], {
  environment: process.env,
  log: (line) => console.log(line),
  install: installDebianPackages,
})
Object.assign(process.env, services.environment)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void services.stop().then(() => process.exit(1)))
}
try {
  const isSound = values['only-storms'] || ((await dieAll([...everyDeath()])) && (await catchAll()))
  const isAll = !values['only-deaths'] && !values['only-storms']
  const isPlayed = !isAll || (await playInFull())
  const isWhole = !isAll || (await dieInBatch())
  const isCalm = values['only-deaths'] || (await isStormHeld())
  process.exitCode = isSound && isPlayed && isWhole && isCalm ? 0 : 1
} finally {
  await services.stop()
}

function* everyDeath(): Generator<Death> {
  const first = Number(values.from)
  for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
    for (const database of databaseKinds()) {
      for (const style of Object.keys(styles) as Style[]) {
        const points = killPoints.filter((each) => reaches(style, each))
        yield* points.map((point) => ({ style, point, seed, database }))
      }
    }
  }
}

/** Whether nothing was lost or paid twice. */
async function dieAll(deaths: readonly Death[]): Promise<boolean> {
  const outcomes: Outcome[] = []
  for (const death of deaths) {
    const outcome = await tortureOnce(death)
    outcomes.push(outcome)
    const { style, point, seed, database, unknown, completed, flaws } = outcome
    const verdict = flaws.length === 0 ? 'good' : flaws.join('; ')
    const name = `${database} ${style} ${point} ${seed}`
    console.log(`${name}: ${completed} done, ${unknown} unknown, ${verdict}`)
  }
  const groups = Map.groupBy(outcomes, ({ database, style }) => `${database} ${style}`)
  for (const [name, group] of [...groups, ['all', outcomes] as const]) {
    const bad = group.filter(({ flaws }) => flaws.length > 0)
    const unknown = group.reduce((sum, outcome) => sum + outcome.unknown, 0)
    console.log(
      `${name}: ${group.length} deaths, ${bad.length} with something lost or paid twice, ` +
        `${unknown} calls of which nobody could know`,
    )
  }
  return outcomes.every(({ flaws }) => flaws.length === 0)
}

/** Whether every gateway that is broken on purpose is caught. */
async function catchAll(): Promise<boolean> {
  let isCaught = true
  for (const defect of defects) {
    const { shows, ...death } = provingDeaths[defect]
    const { flaws } = await tortureOnce({ ...death, seed: 0, defect })
    // Any flaw would not do: a process that does not even start has some.
    const isShown = shows.every((flaw) => flaws.includes(flaw))
    isCaught &&= isShown
    console.log(`broken by ${defect}: ${isShown ? '' : 'NOT CAUGHT: '}${flaws.join('; ')}`)
  }
  return isCaught
}

/** Whether every fault in every flow, and the simulations, come to the end they must, in full. */
async function playInFull(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'keeprate-torture-'))
  const table = join(folder, 'faults.md')
  const { status } = spawnSync(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', 'test/simulation'],
      'test/e2e/provider-faults.test.ts',
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        ...{ KEEPRATE_TORTURE: 'true', KEEPRATE_TEST_REQUESTS: '10000' },
        KEEPRATE_FAULT_TABLE: table,
      },
    },
  )
  console.log(await readFile(table, 'utf8').catch(() => 'no table of faults was written'))
  await rm(folder, { recursive: true, force: true })
  return status === 0
}

/** Whether a batch as large as may be comes through ten deaths and a cancelling. */
async function dieInBatch(): Promise<boolean> {
  const batch = await tortureBatch({ lines: 50_000, kills: 10, cancelAt: 0.4, delayMs: 50 })
  console.log(`a batch: ${JSON.stringify(batch)}`)
  return batch.flaws.length === 0
}

/** Whether no storm overspent a budget or left a hold. */
async function isStormHeld(): Promise<boolean> {
  const { KEEPRATE_TEST_DATABASE_URL } = process.env
  const seeds = { first: Number(values.from) + 1, count: Number(values.seeds) }
  return (await playStorms(seeds, KEEPRATE_TEST_DATABASE_URL)) === 0
}
