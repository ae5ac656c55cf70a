import type { Sighting } from '../acceptance/evidence.ts'
import type { JsonObject, JsonValue } from '../json.ts'

/**
 * What gates said of a picture, as its record keeps it and receipts show it: dollars are texts,
 * names are those of the wire.
 */
export interface QualityNote extends JsonObject {
  readonly verdict: 'passed' | 'refused'
  /** Lowest score of the gates that could tell, 0 to 1. */
  readonly score?: number
  /** The gate that refused it. */
  readonly refused_by?: string
  readonly gates: readonly JsonObject[]
  /** What is known of the cost of looking. */
  readonly cost: string
  /** There is more than that, and nobody knows how much. */
  readonly cost_unknown?: true
  readonly milliseconds: number
}

/** Gates that look at what is in a picture; the others only find that it is none. */
const ofContent: readonly JsonValue[] = ['blur', 'palette', 'text', 'similarity', 'judge']
/** See {@link ofContent}. */
export const isOfContent = (gate: JsonValue): boolean => ofContent.includes(gate)

/** Lowest score of some pictures; undefined when none of them has one. */
export function lowestScore(notes: readonly (QualityNote | undefined)[]): number | undefined {
  const scores = notes.flatMap((note) => (note?.score === undefined ? [] : [note.score]))
  return scores.length === 0 ? undefined : Math.min(...scores)
}

/**
 * What a picture's gates are evidence of. An emulated judge knows the sandbox's truth and not the
 * picture, so what it says is none; nor is a picture that no gate could tell anything about.
 */
export function sightingOf(
  note: QualityNote | undefined,
  { isShown }: Pick<Sighting, 'isShown'>,
): Sighting | undefined {
  const told = (note?.gates ?? []).filter(
    ({ gate, outcome, emulated }) =>
      isOfContent(gate ?? null) &&
      emulated !== true &&
      (outcome === 'passed' || outcome === 'failed'),
  )
  if (told.length === 0) return undefined
  const verdict = told.some(({ outcome }) => outcome === 'failed') ? 'fail' : 'pass'
  return { verdict, isShown }
}
