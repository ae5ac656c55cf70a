/** How far a source is believed, from most to least. */
export const trustLevels = [
  /** What a provider really charged. */
  'charged',
  /** A list that the seller itself publishes for machines. */
  'vendor',
  /** A book that people keep by hand, from the providers' pages. */
  'curated',
  /** A list kept by strangers. It fills gaps and never replaces a curated price. */
  'community',
] as const
/** See {@link trustLevels}. */
export type Trust = (typeof trustLevels)[number]

/** What kind of reader a source needs. */
export const sourceKinds = [
  'book',
  'litellm',
  'openrouter',
  'own',
  'openai-models',
  'learned-from-bills',
] as const
/** See {@link sourceKinds}. */
export type SourceKind = (typeof sourceKinds)[number]

/** A price source, as verdicts and events name it. */
export interface SourceRef {
  readonly id: string
  readonly kind: SourceKind
  readonly trust: Trust
}

/** The books that ship with the product or that the operator keeps, seen as a source. */
export const curatedSource: SourceRef = { id: 'book', kind: 'book', trust: 'curated' }

/** Negative when the first is believed more. */
export const compareTrust = (first: Trust, second: Trust): number =>
  trustLevels.indexOf(first) - trustLevels.indexOf(second)
