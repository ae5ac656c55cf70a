/** How one member of a body is checked. */
export type FieldRule =
  | { readonly kind: 'text'; readonly max: number }
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'picture'; readonly maxPixels: number; readonly minEdge?: number }

/** One emulated model. */
export interface EmulatedModel {
  /** Nano-dollars a picture, a second time and not from `prices.json`. */
  readonly nano: bigint
  readonly seconds: number
  readonly fields: Readonly<Record<string, FieldRule>>
  readonly required: readonly string[]
  /** Pixels of a picture of no particular shape; its input's size where absent. */
  readonly pixels?: number
  /** How large the picture is where its input decides; as large unless said. */
  readonly output?: 'grown' | 'four_times' | { readonly filledTo: number }
  readonly isTransparent?: true
}

/** A text of a request. */
export const PROMPT: FieldRule = { kind: 'text', max: 10_000 }
/** A share between nothing and all. */
export const SHARE: FieldRule = { kind: 'number', min: 0, max: 1 }
/** Largest picture that is taken (docs.aws.amazon.com, Stability image services, 2026-11-25). */
export const PICTURE: FieldRule = { kind: 'picture', maxPixels: 9_437_184 }
/** Smallest edge of it (same source). */
export const MIN_EDGE = 64

/** What all models take (docs.aws.amazon.com, Stability models, read 2026-11-20). */
export const common = {
  prompt: PROMPT,
  negative_prompt: PROMPT,
  seed: { kind: 'integer', min: 0, max: 4_294_967_295 },
} as const satisfies Readonly<Record<string, FieldRule>>
