/** `npm run bench`: measures all subjects in alternating rounds and prints the tables. */
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hasGateway } from './gateway.ts'
import { judge } from './goals.ts'
import { type Measurement, measure } from './measure.ts'
import { measureQueue } from './queue.ts'
import { measureRating } from './rating.ts'
import { toRatingReport, toReport } from './report.ts'
import { measureRouting } from './routing.ts'
import { type Scenario, scenarios, shortened } from './scenarios.ts'
import { type SubjectName, subjectNames } from './subject.ts'
import { summarise } from './summary.ts'

const USAGE = `Usage: npm run bench -- [options]

  --rounds N           rounds of all subjects (default 3)
  --quick              one round with a tenth of the pictures: does everything work?
  --full               also the drift of memory over 20,000 pictures
  --without-gateway    only the references
  --with-sync          also store-fast with one fdatasync per picture
  --rating             only the speed of prices: quotes and price books
  --scenario ID        only this scenario; may be given several times
  --keep               leave the files of measurements in which something was not right
  --json FILE          write all measurements and goals to a file
  --help               this text

Scenarios: ${scenarios.map(({ id }) => id).join(', ')}
`

/** What the command line asks for. */
interface Options {
  readonly rounds: number
  readonly subjects: readonly SubjectName[]
  readonly scenarios: readonly Scenario[]
  readonly keepFaulty: boolean
  readonly jsonPath: string | undefined
  /** Whether the speed of prices is measured; not beside single scenarios. */
  readonly hasRating: boolean
  readonly isRatingOnly: boolean
}

const MAX_ROUNDS = 100

process.exitCode = await main()

async function main(): Promise<number> {
  let options: Options | undefined
  try {
    options = readOptions()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  if (options === undefined) {
    process.stdout.write(USAGE)
    return 0
  }
  // Before the processes of the other scenarios warm the machine; nothing else runs beside it.
  const rating = options.hasRating
    ? [...measureRating(), ...measureRouting(), ...(await measureQueue())]
    : []
  const measurements = options.isRatingOnly ? [] : await measureAll(options)
  const summary = summarise(measurements)
  const goals = judge(summary, measurements)
  process.stdout.write(`# Benchmark\n\n${machine(options)}\n\n`)
  process.stdout.write(toRatingReport(rating))
  if (!options.isRatingOnly) process.stdout.write(toReport(summary, measurements, goals))
  if (options.jsonPath !== undefined) {
    const content = { machine: machine(options), rating, measurements, goals }
    await writeFile(options.jsonPath, `${JSON.stringify(content, null, 2)}\n`)
  }
  return measurements.some(({ complaints }) => complaints.length > 0) ? 1 : 0
}

/** Undefined when only the usage is asked for. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      'without-gateway': { type: 'boolean', default: false },
      'with-sync': { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      rating: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const rounds = values.quick ? 1 : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new Error(`--rounds must be a whole number from 1 to ${MAX_ROUNDS}`)
  }
  if (!values.rating && !values['without-gateway'] && !hasGateway()) {
    throw new Error('There is no gateway to start here; give --without-gateway')
  }
  const unknown = values.scenario.find((wanted) => !scenarios.some(({ id }) => id === wanted))
  if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}`)
  const chosen = scenarios.filter(({ id, needsFull }) =>
    values.scenario.length > 0 ? values.scenario.includes(id) : values.full || !needsFull,
  )
  const leftOut = new Set<SubjectName>()
  if (values['without-gateway']) leftOut.add('gateway')
  if (!values['with-sync']) leftOut.add('store-fast-sync')
  return {
    rounds,
    subjects: subjectNames.filter((name) => !leftOut.has(name)),
    scenarios: values.quick ? chosen.map(shortened) : chosen,
    keepFaulty: values.keep,
    jsonPath: values.json,
    hasRating: values.rating || values.scenario.length === 0,
    isRatingOnly: values.rating,
  }
}

async function measureAll(options: Options): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keeprate-bench-'))
  const { keepFaulty } = options
  if (keepFaulty) process.stderr.write(`Files are kept in ${folder}\n`)
  else process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const measurements: Measurement[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    for (const scenario of options.scenarios) {
      if (scenario.once && round > 0) continue
      for (const subject of inTurn(options.subjects, round)) {
        if (scenario.only !== undefined && !scenario.only.includes(subject)) continue
        const home = join(folder, `${round}-${scenario.id}-${subject}`)
        const measurement = await measure({ scenario, subject, round, home, keepFaulty })
        measurements.push(measurement)
        process.stderr.write(`${progress(measurement)}\n`)
      }
    }
  }
  return measurements
}

/** Each round begins with another subject, so that none always has the cold or the warm machine. */
function inTurn(subjects: readonly SubjectName[], round: number): SubjectName[] {
  const first = round % subjects.length
  return [...subjects.slice(first), ...subjects.slice(0, first)]
}

function progress(measurement: Measurement): string {
  const { round, scenario, subject, imagesPerSecond, p50Ms, p99Ms, cpuMsPerImage } = measurement
  const cpu = cpuMsPerImage === null ? '' : `, ${cpuMsPerImage.toFixed(2)} CPU-ms/img`
  const figures = `${imagesPerSecond.toFixed(1)} img/s, p50 ${p50Ms.toFixed(2)} ms`
  const complaints = measurement.complaints.map((text) => `\n    ${text}`).join('')
  return (
    `round ${round + 1}, ${scenario}, ${subject}: ${figures}, p99 ${p99Ms.toFixed(1)} ms${cpu}` +
    complaints
  )
}

function machine(options: Options): string {
  const processors = cpus()
  return (
    `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ` +
    `${process.platform}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, ` +
    `${options.rounds} round(s); medians over the rounds.`
  )
}
