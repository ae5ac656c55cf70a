/** From single measurements to the figures of a scenario and subject: medians over the rounds. */
import type { Measurement } from './measure.ts'
import { median } from './statistics.ts'
import type { SubjectName } from './subject.ts'

/** Medians over the rounds; sums for whatever must be zero. Null where nothing was measured. */
export interface Figures {
  readonly rounds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Above `direct` in the same round. */
  readonly addedP50Ms: number | null
  readonly addedP99Ms: number | null
  readonly imagesPerSecond: number
  readonly cpuMsPerImage: number | null
  readonly idleRssMb: number | null
  readonly peakRssMb: number | null
  readonly segmentRssMb: readonly (number | null)[]
  readonly images: number
  readonly errors: number
  readonly wrong: number
  readonly refused: number
}

/** Reads the figures of a scenario and subject; undefined when they were not measured. */
export type Summary = (scenario: string, subject: SubjectName) => Figures | undefined

/** Sums up the measurements of a run. */
export function summarise(measurements: readonly Measurement[]): Summary {
  return (scenario, subject) => {
    const inScenario = measurements.filter((measurement) => measurement.scenario === scenario)
    const own = inScenario.filter((measurement) => measurement.subject === subject)
    const directly = inScenario.filter((measurement) => measurement.subject === 'direct')
    return own.length === 0 ? undefined : toFigures(own, directly)
  }
}

function toFigures(own: readonly Measurement[], directly: readonly Measurement[]): Figures {
  const middle = (read: (measurement: Measurement) => number | null | undefined): number | null => {
    const values = own.map(read).filter((value) => value !== null && value !== undefined)
    return values.length === 0 ? null : median(values)
  }
  const added = (field: 'p50Ms' | 'p99Ms'): number | null =>
    middle((measurement) => {
      const base = directly.find(({ round }) => round === measurement.round)
      return base === undefined ? null : measurement[field] - base[field]
    })
  const total = (field: 'images' | 'errors' | 'wrong' | 'refused'): number =>
    own.reduce((sum, measurement) => sum + measurement[field], 0)
  const segments = own[0]?.segmentRssMb ?? []
  return {
    rounds: own.length,
    p50Ms: middle(({ p50Ms }) => p50Ms) ?? Number.NaN,
    p99Ms: middle(({ p99Ms }) => p99Ms) ?? Number.NaN,
    addedP50Ms: added('p50Ms'),
    addedP99Ms: added('p99Ms'),
    imagesPerSecond: middle(({ imagesPerSecond }) => imagesPerSecond) ?? Number.NaN,
    cpuMsPerImage: middle(({ cpuMsPerImage }) => cpuMsPerImage),
    idleRssMb: middle(({ idleRssMb }) => idleRssMb),
    peakRssMb: middle(({ peakRssMb }) => peakRssMb),
    segmentRssMb: segments.map((_, index) => middle(({ segmentRssMb }) => segmentRssMb[index])),
    images: total('images'),
    errors: total('errors'),
    wrong: total('wrong'),
    refused: total('refused'),
  }
}
