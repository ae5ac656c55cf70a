/** What a gate said of a picture; none when no gate looked. */
type Verdict = 'pass' | 'fail' | 'none'
/** What became of it: kept or not by a person, shown without an answer, or never shown. */
type Fate = 'accept' | 'reject' | 'silent' | 'unseen'

/** Everything that can be known of one picture; nothing at all is no evidence. */
export type EvidenceKind = Exclude<`${Verdict}_${Fate}`, 'none_unseen'>

/** All kinds, for loops and stores. */
export const evidenceKinds = [
  ...(['pass_accept', 'pass_reject', 'pass_silent', 'pass_unseen'] as const),
  ...(['fail_accept', 'fail_reject', 'fail_silent', 'fail_unseen'] as const),
  ...(['none_accept', 'none_reject', 'none_silent'] as const),
] satisfies readonly EvidenceKind[]

/** What happened to a picture, beside a gate's verdict. */
export type Outcome =
  | { readonly kind: 'accepted' | 'rejected' }
  /** The same prompt was generated or edited again within ten minutes. */
  | { readonly kind: 'regenerated' }
  /** Downloaded, published, or no complaint by the agreed deadline. */
  | { readonly kind: 'used' }
  /** A business figure against its baseline, such as click-through: above or below it. */
  | { readonly kind: 'performed'; readonly isAbove: boolean }

/** How much outcomes that nobody stated count; explicit ones count 1. */
export interface OutcomeWeights {
  readonly regenerated: number
  readonly used: number
  readonly performed: number
}

/** Starting values: a repetition is nearly a rejection, mere use says nothing unless agreed. */
export const usualWeights: OutcomeWeights = { regenerated: 0.7, used: 0, performed: 0.3 }

/** An outcome as a verdict on the picture, with its weight. */
export function weighOutcome(
  outcome: Outcome,
  weights: OutcomeWeights = usualWeights,
): { readonly fate: 'accept' | 'reject'; readonly weight: number } {
  switch (outcome.kind) {
    case 'accepted':
      return { fate: 'accept', weight: 1 }
    case 'rejected':
      return { fate: 'reject', weight: 1 }
    case 'regenerated':
      return { fate: 'reject', weight: weights.regenerated }
    case 'used':
      return { fate: 'accept', weight: weights.used }
    case 'performed':
      return { fate: outcome.isAbove ? 'accept' : 'reject', weight: weights.performed }
  }
}

/**
 * What is known of one delivered or refused picture. Kept with the request, so that a late verdict
 * takes back exactly what was counted before.
 */
export interface Sighting {
  readonly verdict?: 'pass' | 'fail'
  /** Of the gates that gave the verdict. */
  readonly gateVersion?: string
  readonly isShown: boolean
  readonly outcome?: { readonly fate: 'accept' | 'reject'; readonly weight: number }
}

/** The kinds a sighting counts as, with weights that sum to 1; none when nothing is known. */
export function kindsOf({
  verdict,
  isShown,
  outcome,
}: Sighting): readonly { readonly kind: EvidenceKind; readonly weight: number }[] {
  const said = verdict ?? 'none'
  if (!isShown) return said === 'none' ? [] : [{ kind: `${said}_unseen`, weight: 1 }]
  const silent = `${said}_silent` as const
  if (outcome === undefined) return [{ kind: silent, weight: 1 }]
  const rest = 1 - outcome.weight
  return [
    ...(outcome.weight > 0
      ? [{ kind: `${said}_${outcome.fate}` as const, weight: outcome.weight }]
      : []),
    ...(rest > 0 ? [{ kind: silent, weight: rest }] : []),
  ]
}
