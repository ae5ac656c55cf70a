/** What is measured, as data. */
import type { Operation } from './exchange.ts'
import type { PictureKind } from './pictures.ts'
import type { SubjectName } from './subject.ts'

/** One situation every subject is put into. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly operation: Operation
  readonly kind: PictureKind
  readonly connections: number
  readonly upstreamDelayMs: number
  /** Pictures before the clock starts. */
  readonly warmUp: number
  /** Pictures per segment; memory is looked at after each. */
  readonly segments: readonly number[]
  /** Whether a 429 with retry-after is an answer here. */
  readonly mayRefuse: boolean
  /** Measured once, however many rounds there are. */
  readonly once: boolean
  /** Left out of the run unless --full is given. */
  readonly needsFull: boolean
  /** The subjects for which the scenario means something; all when absent. */
  readonly only?: readonly SubjectName[]
}

const KEEPERS: readonly SubjectName[] = ['store-fast', 'gateway']

const ordinary = {
  operation: 'generations',
  upstreamDelayMs: 0,
  mayRefuse: false,
  once: false,
  needsFull: false,
} as const

const large = { ...ordinary, kind: 'large' } as const
const small = { ...ordinary, kind: 'small' } as const

/** All scenarios in the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  { ...large, id: 'large-c1', title: '1.5 MB, c1', connections: 1, warmUp: 60, segments: [300] },
  { ...large, id: 'large-c16', title: '1.5 MB, c16', connections: 16, warmUp: 96, segments: [480] },
  {
    ...large,
    id: 'large-c64',
    title: '1.5 MB, c64',
    connections: 64,
    warmUp: 128,
    segments: [512],
  },
  { ...small, id: 'small-c1', title: '20 kB, c1', connections: 1, warmUp: 300, segments: [2_000] },
  {
    ...small,
    id: 'small-c16',
    title: '20 kB, c16',
    connections: 16,
    warmUp: 800,
    segments: [6_000],
  },
  {
    ...small,
    id: 'small-c64',
    title: '20 kB, c64',
    connections: 64,
    warmUp: 800,
    segments: [6_000],
  },
  {
    ...large,
    id: 'slow-c64',
    title: '1.5 MB, c64, upstream 500 ms',
    connections: 64,
    upstreamDelayMs: 500,
    warmUp: 64,
    segments: [640],
  },
  {
    ...large,
    id: 'edits-c1',
    title: 'edits, 1.5 MB up, c1',
    operation: 'edits',
    connections: 1,
    warmUp: 60,
    segments: [300],
  },
  {
    ...large,
    id: 'bound-c256',
    title: '1.5 MB, c256, bound on memory',
    connections: 256,
    warmUp: 0,
    segments: [1_024],
    mayRefuse: true,
    once: true,
    only: KEEPERS,
  },
  {
    ...small,
    id: 'drift',
    title: '20 kB, c16, 2,000 to 20,000 pictures',
    connections: 16,
    warmUp: 0,
    segments: [2_000, 18_000],
    once: true,
    needsFull: true,
    only: KEEPERS,
  },
]

/** The same scenario with a tenth of the pictures, for a smoke run. */
export function shortened(scenario: Scenario): Scenario {
  const shorten = (images: number): number =>
    Math.max(scenario.connections, Math.round(images / 10))
  return {
    ...scenario,
    warmUp: Math.min(scenario.warmUp, scenario.connections),
    segments: scenario.segments.map(shorten),
  }
}
