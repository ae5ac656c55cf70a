/** The printed report: tables in Markdown. */
import { BYTES_IN_FLIGHT_LIMIT_MB, type GoalResult } from './goals.ts'
import type { Measurement } from './measure.ts'
import type { RatingFigure } from './rating.ts'
import { type SubjectName, subjectNames } from './subject.ts'
import type { Figures, Summary } from './summary.ts'

/** A column: its heading and what stands in it. */
type Column = readonly [heading: string, cell: (subject: SubjectName) => string]

/** The whole report. */
export function toReport(
  summary: Summary,
  measurements: readonly Measurement[],
  goals: readonly GoalResult[],
): string {
  const subjects = subjectNames.filter((name) =>
    measurements.some(({ subject }) => subject === name),
  )
  const sections = [
    section('1.5 MB image', 'large-c', subjects, summary, ordinaryColumns('large', summary)),
    section('20 kB image', 'small-c', subjects, summary, ordinaryColumns('small', summary)),
    section('1.5 MB image, c64, upstream 500 ms', 'slow-c64', subjects, summary, slow(summary)),
    section('Edits, 1.5 MB up, c1', 'edits-c1', subjects, summary, edits(summary)),
    section('Bound on memory, 1.5 MB, c256', 'bound-c256', subjects, summary, bound(summary)),
    section('Drift of memory, 20 kB, c16', 'drift', subjects, summary, drift(summary)),
    `## Correctness\n\n${correctness(subjects, measurements)}`,
    `## Goals (ratios inside this run)\n\n${goalTable(goals)}`,
  ]
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`
}

/** The speed of prices, routes and the queue, which needs no gateway; empty if not measured. */
export function toRatingReport(figures: readonly RatingFigure[]): string {
  if (figures.length === 0) return ''
  const rows = figures.map(({ what, measured, unit, goal, isAtLeast }) => {
    const isMet = isAtLeast ? measured >= goal : measured <= goal
    const limit = `${isAtLeast ? 'at least' : 'at most'} ${number(goal)} ${unit}`
    return [what, `${number(measured)} ${unit}`, limit, isMet ? 'yes' : 'NO']
  })
  const head = ['what', 'measured', 'goal', 'met?']
  return `## Prices, routes, queue (one process)\n\n${table(head, rows)}\n\n`
}

function section(
  title: string,
  scenario: string,
  subjects: readonly SubjectName[],
  summary: Summary,
  columns: readonly Column[],
): string {
  const ids = scenario.endsWith('-c') ? ['1', '16', '64'].map((c) => scenario + c) : [scenario]
  const present = subjects.filter((subject) => ids.some((id) => summary(id, subject) !== undefined))
  if (present.length === 0) return ''
  const headings = ['subject', ...columns.map(([heading]) => heading)]
  const rows = present.map((subject) => [subject, ...columns.map(([, cell]) => cell(subject))])
  return `## ${title}\n\n${table(headings, rows)}`
}

function ordinaryColumns(size: 'large' | 'small', summary: Summary): Column[] {
  const at = (connections: number) => (subject: SubjectName) =>
    summary(`${size}-c${connections}`, subject)
  const [one, sixteen, many] = [at(1), at(16), at(64)]
  return [
    ['p50 ms (c1)', (subject) => number(one(subject)?.p50Ms)],
    ['added p50 ms (c1)', (subject) => number(one(subject)?.addedP50Ms)],
    ['p99 ms (c1)', (subject) => number(one(subject)?.p99Ms)],
    ['added p99 ms (c1)', (subject) => number(one(subject)?.addedP99Ms)],
    ['img/s c16', (subject) => number(sixteen(subject)?.imagesPerSecond)],
    ['img/s c64', (subject) => number(many(subject)?.imagesPerSecond)],
    ['p99 ms c64', (subject) => number(many(subject)?.p99Ms)],
    ['CPU-ms/img c16', (subject) => number(sixteen(subject)?.cpuMsPerImage)],
    ['img/core-s', (subject) => perCoreSecond(sixteen(subject))],
    [
      'peak RSS MB c16 / c64',
      (subject) => `${number(sixteen(subject)?.peakRssMb)} / ${number(many(subject)?.peakRssMb)}`,
    ],
  ]
}

function slow(summary: Summary): Column[] {
  const at = (subject: SubjectName) => summary('slow-c64', subject)
  const directly = at('direct')?.imagesPerSecond ?? Number.NaN
  return [
    ['img/s', (subject) => number(at(subject)?.imagesPerSecond)],
    ['of direct', (subject) => number((at(subject)?.imagesPerSecond ?? Number.NaN) / directly)],
    ['p99 ms', (subject) => number(at(subject)?.p99Ms)],
    ['CPU-ms/img', (subject) => number(at(subject)?.cpuMsPerImage)],
    ['peak RSS MB', (subject) => number(at(subject)?.peakRssMb)],
  ]
}

function edits(summary: Summary): Column[] {
  const at = (subject: SubjectName) => summary('edits-c1', subject)
  return [
    ['p50 ms', (subject) => number(at(subject)?.p50Ms)],
    ['added p50 ms', (subject) => number(at(subject)?.addedP50Ms)],
    ['p99 ms', (subject) => number(at(subject)?.p99Ms)],
    ['CPU-ms/img', (subject) => number(at(subject)?.cpuMsPerImage)],
    ['peak RSS MB', (subject) => number(at(subject)?.peakRssMb)],
  ]
}

function bound(summary: Summary): Column[] {
  const at = (subject: SubjectName) => summary('bound-c256', subject)
  const limit = (subject: SubjectName): number | null => {
    const idle = at(subject)?.idleRssMb ?? null
    return idle === null ? null : idle + 1.5 * BYTES_IN_FLIGHT_LIMIT_MB
  }
  return [
    ['img/s', (subject) => number(at(subject)?.imagesPerSecond)],
    ['p99 ms', (subject) => number(at(subject)?.p99Ms)],
    ['429 with retry-after', (subject) => String(at(subject)?.refused ?? '-')],
    ['errors', (subject) => String(at(subject)?.errors ?? '-')],
    ['idle RSS MB', (subject) => number(at(subject)?.idleRssMb)],
    ['peak RSS MB', (subject) => number(at(subject)?.peakRssMb)],
    ['goal: at most MB', (subject) => (subject === 'gateway' ? number(limit(subject)) : '-')],
  ]
}

function drift(summary: Summary): Column[] {
  const at = (subject: SubjectName) => summary('drift', subject)
  return [
    ['img/s', (subject) => number(at(subject)?.imagesPerSecond)],
    ['RSS MB after the first part', (subject) => number(at(subject)?.segmentRssMb[0])],
    ['RSS MB at the end', (subject) => number(at(subject)?.segmentRssMb.at(-1))],
    ['peak RSS MB', (subject) => number(at(subject)?.peakRssMb)],
  ]
}

function correctness(
  subjects: readonly SubjectName[],
  measurements: readonly Measurement[],
): string {
  const rows = subjects.map((name) => {
    const own = measurements.filter(({ subject }) => subject === name)
    const total = (read: (measurement: Measurement) => number): string =>
      String(own.reduce((sum, measurement) => sum + read(measurement), 0))
    const keeps = own.some(({ audit }) => audit !== null)
    return [
      name,
      total(({ images }) => images),
      total(({ errors }) => errors),
      total(({ wrong }) => wrong),
      total(({ paid }) => paid),
      keeps ? total(({ audit }) => audit?.store.pictures ?? 0) : '-',
      keeps ? total(({ audit }) => audit?.ledger?.rows ?? 0) : '-',
      total(({ complaints }) => complaints.length),
    ]
  })
  const headings = ['subject', 'images', 'errors', 'wrong bytes', 'paid at upstream']
  const list = measurements.flatMap((measurement) =>
    [...measurement.complaints, ...measurement.failures].map(
      (text) => `- ${measurement.subject}, ${measurement.scenario}: ${text}`,
    ),
  )
  const all = table([...headings, 'pictures on disk', 'ledger rows', 'complaints'], rows)
  return list.length === 0 ? all : `${all}\n\n${list.join('\n')}`
}

function goalTable(goals: readonly GoalResult[]): string {
  const verdict = (met: boolean | null): string => (met === null ? '-' : met ? 'yes' : 'NO')
  const rows = goals.map(({ row, goal, measured, met }) => [
    String(row),
    goal,
    measured,
    verdict(met),
  ])
  const note = 'Comparisons with other gateways are left out: they need those gateways in the run.'
  return `${table(['#', 'goal', 'measured', 'met?'], rows)}\n\n${note}`
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

function perCoreSecond(figures: Figures | undefined): string {
  const cpuMs = figures?.cpuMsPerImage ?? null
  return cpuMs === null || cpuMs === 0 ? '-' : number(1_000 / cpuMs)
}

/** About three significant digits. */
function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
