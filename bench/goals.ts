/** The goals for the gateway's speed and what was measured. Only ratios inside one run bind. */
import type { Measurement } from './measure.ts'
import type { Figures, Summary } from './summary.ts'

/** One line of the table of goals. `met` is null when what was measured does not decide it. */
export interface GoalResult {
  readonly row: number
  readonly goal: string
  readonly measured: string
  readonly met: boolean | null
}

/** One comparison of a goal; a goal is met when all its comparisons are. */
interface Check {
  readonly label: string
  readonly value: number | null
  readonly limit: number
  readonly atLeast?: boolean
  readonly unit?: string
}

interface Goal {
  readonly row: number
  readonly goal: string
  readonly checks: (summary: Summary) => Check[]
}

/** The gateway's default limit on bytes in flight, in MB. */
export const BYTES_IN_FLIGHT_LIMIT_MB = 256

type Field = 'cpuMsPerImage' | 'addedP50Ms' | 'p99Ms' | 'imagesPerSecond' | 'peakRssMb'

const goals: readonly Goal[] = [
  {
    row: 1,
    goal: 'CPU-ms per 1.5 MB image, c16: <= 1.4x store-fast',
    checks: (summary) => [toReference(summary, 'large-c16', 'cpuMsPerImage', 1.4)],
  },
  {
    row: 2,
    goal: 'CPU-ms per 20 kB image, c16: <= 2.2x store-fast',
    checks: (summary) => [toReference(summary, 'small-c16', 'cpuMsPerImage', 2.2)],
  },
  {
    row: 3,
    goal: 'added p50, c1, 1.5 MB: <= 1.4x store-fast',
    checks: (summary) => [toReference(summary, 'large-c1', 'addedP50Ms', 1.4)],
  },
  {
    row: 4,
    goal: 'added p50, c1, 20 kB: <= 2.0x store-fast',
    checks: (summary) => [toReference(summary, 'small-c1', 'addedP50Ms', 2)],
  },
  {
    row: 5,
    goal: 'p99, c1, either size: <= 1.5x store-fast',
    checks: (summary) => [
      toReference(summary, 'large-c1', 'p99Ms', 1.5),
      toReference(summary, 'small-c1', 'p99Ms', 1.5),
    ],
  },
  {
    row: 6,
    goal: 'images/s, c16 and c64, 1.5 MB: >= 0.75x store-fast',
    checks: (summary) => throughput(summary, 'large', 0.75),
  },
  {
    row: 7,
    goal: 'images/s, c16 and c64, 20 kB: >= 0.5x store-fast',
    checks: (summary) => throughput(summary, 'small', 0.5),
  },
  {
    row: 8,
    goal: 'c64, 1.5 MB, upstream 500 ms: >= 0.50x direct, p99 <= 2.2x direct, 0 errors',
    checks: (summary) => slowUpstream(summary),
  },
  {
    row: 9,
    goal: 'peak RSS, c64, 1.5 MB: <= 1.2x store-fast and <= 420 MB',
    checks: (summary) => [
      toReference(summary, 'large-c64', 'peakRssMb', 1.2),
      {
        label: 'peak',
        value: summary('large-c64', 'gateway')?.peakRssMb ?? null,
        limit: 420,
        unit: ' MB',
      },
    ],
  },
  {
    row: 10,
    goal: `RSS, c256: peak <= idle + 1.5 x ${BYTES_IN_FLIGHT_LIMIT_MB} MB, excess waits or 429`,
    checks: (summary) => bound(summary('bound-c256', 'gateway')),
  },
  {
    row: 11,
    goal: 'RSS after 20,000 images: <= 1.15x that after 2,000',
    checks: (summary) => drift(summary('drift', 'gateway')),
  },
  {
    row: 12,
    goal: 'edits, 1.5 MB up: added p50 <= 1.4x store-fast, 0 lost answers',
    checks: (summary) => [
      toReference(summary, 'edits-c1', 'addedP50Ms', 1.4),
      errors(summary('edits-c1', 'gateway')),
    ],
  },
]

/** Judges a run. Row 21 takes every measurement of the gateway into account. */
export function judge(summary: Summary, measurements: readonly Measurement[]): GoalResult[] {
  const timed = goals.map(({ row, goal, checks }) => toResult(row, goal, checks(summary)))
  const ofGateway = measurements.filter(({ subject }) => subject === 'gateway')
  const complaints = ofGateway.flatMap((measurement) => measurement.complaints)
  const correctness: GoalResult = {
    row: 21,
    goal: '0 errors, 0 wrong bytes, ledger rows = files on disk = images, sum of cost exact',
    measured:
      ofGateway.length === 0
        ? 'not measured'
        : `${complaints.length} complaints in ${ofGateway.length} measurements`,
    met: ofGateway.length === 0 ? null : complaints.length === 0,
  }
  return [...timed, correctness]
}

function toResult(row: number, goal: string, checks: readonly Check[]): GoalResult {
  const verdicts = checks.map(({ value, limit, atLeast }) => {
    if (value === null || !Number.isFinite(value)) return null
    return atLeast === true ? value >= limit : value <= limit
  })
  const measured = checks
    .map(({ label, value, unit = 'x' }) =>
      value === null || !Number.isFinite(value)
        ? `${label}: not measured`
        : `${label}: ${Number(value.toFixed(2))}${unit}`,
    )
    .join('; ')
  const hasFailed = verdicts.includes(false)
  return { row, goal, measured, met: hasFailed ? false : verdicts.includes(null) ? null : true }
}

function toReference(summary: Summary, scenario: string, field: Field, limit: number): Check {
  const value = ratio(
    summary(scenario, 'gateway')?.[field],
    summary(scenario, 'store-fast')?.[field],
  )
  return { label: scenario, value, limit }
}

function throughput(summary: Summary, size: 'large' | 'small', limit: number): Check[] {
  return [`${size}-c16`, `${size}-c64`].map((scenario) => ({
    ...toReference(summary, scenario, 'imagesPerSecond', limit),
    atLeast: true,
  }))
}

function slowUpstream(summary: Summary): Check[] {
  const own = summary('slow-c64', 'gateway')
  const directly = summary('slow-c64', 'direct')
  return [
    {
      label: 'images/s',
      value: ratio(own?.imagesPerSecond, directly?.imagesPerSecond),
      limit: 0.5,
      atLeast: true,
    },
    { label: 'p99', value: ratio(own?.p99Ms, directly?.p99Ms), limit: 2.2 },
    errors(own),
  ]
}

function bound(own: Figures | undefined): Check[] {
  const { peakRssMb = null, idleRssMb = null } = own ?? {}
  const limit = 1.5 * BYTES_IN_FLIGHT_LIMIT_MB
  const value = idleRssMb === null || peakRssMb === null ? null : peakRssMb - idleRssMb
  return [{ label: 'peak above idle', value, limit, unit: ' MB' }, errors(own)]
}

function drift(own: Figures | undefined): Check[] {
  const [early, late] = own?.segmentRssMb ?? []
  return [{ label: 'RSS', value: ratio(late, early), limit: 1.15 }]
}

function errors(own: Figures | undefined): Check {
  const value = own === undefined ? null : own.errors + own.wrong
  return { label: 'errors', value, limit: 0, unit: '' }
}

/** Null when either side is missing, or when the reference is not above the noise. */
function ratio(
  own: number | null | undefined,
  reference: number | null | undefined,
): number | null {
  if (own === null || own === undefined) return null
  if (reference === null || reference === undefined || reference <= 0) return null
  return own / reference
}
