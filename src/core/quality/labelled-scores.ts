import type { JsonObject, JsonValue } from '../json.ts'
import type { LabelledScore } from './calibrate.ts'
import type { QualityNote } from './quality-note.ts'

/** A picture that gates looked at, and how many said what of it. */
export interface JudgedNote {
  readonly quality: QualityNote
  readonly judged: number
  readonly accepted: number
}

/** The gate whose threshold is looked for. */
export interface ScoredGate {
  readonly gate: 'judge' | 'similarity'
  /** Scores of other versions are scores of something else. */
  readonly version: string
  readonly threshold: number
}

/**
 * What a gate scored pictures, beside what people say of them: most of them, or it is bad. Pictures
 * that were refused for something else than a low score would pass at no threshold.
 */
export function labelledScores(
  pictures: readonly JudgedNote[],
  { gate, version, threshold }: ScoredGate,
): readonly LabelledScore[] {
  return pictures.flatMap(({ quality, judged, accepted }) => {
    const own = quality.gates.find((each) => each.gate === gate && each.version === version)
    const score = own && scoreOf(own, gate)
    if (score === undefined || (own?.outcome === 'failed' && score >= threshold)) return []
    return [{ score, isGood: 2 * accepted > judged }]
  })
}

/** What is held against the threshold: cosines of similarity, whose score is relative to it. */
function scoreOf(
  { score, measured, outcome }: JsonObject,
  gate: ScoredGate['gate'],
): number | undefined {
  if (outcome !== 'passed' && outcome !== 'failed') return undefined
  const held = gate === 'judge' ? score : memberOf(measured, 'cosine')
  return typeof held === 'number' ? held : undefined
}

const memberOf = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)[name]
    : undefined
