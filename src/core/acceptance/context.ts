import type { Place } from './cell.ts'

/** How large a picture is, roughly: what a model cannot do is often a matter of size. */
export type SizeBucket = 'small' | 'medium' | 'large'

/** What a picture is for and of; requests of one context are alike in what is accepted. */
export interface Context {
  readonly purpose: string
  readonly category: string
  readonly needsText: boolean
  readonly needsEdit: boolean
  readonly isTransparent: boolean
  readonly size: SizeBucket
}

/** Pixels up to which a picture is small, and up to which it is of medium size. */
const BUCKETS = { small: 512 * 512, medium: 1_100_000 } as const

/** The bucket of a size; a megapixel in any shape is medium. */
export function sizeBucketOf(pixels: number): SizeBucket {
  if (pixels <= BUCKETS.small) return 'small'
  return pixels <= BUCKETS.medium ? 'medium' : 'large'
}

/** An offer with its settings, as far as they decide whether its pictures are accepted. */
export interface ArmName {
  /** `provider/model`, with `@version` where a version was announced. */
  readonly model: string
  /** Quality tier, as text; empty when the model has no such knob. */
  readonly tier: string
  /** Steps, for models whose steps can be chosen. */
  readonly steps?: number
}

/** Category and flags: a food picture with text in it is another thing than one without. */
export const kindOf = (context: Context): string =>
  [
    context.category,
    ...(context.needsText ? ['text'] : []),
    ...(context.needsEdit ? ['edit'] : []),
    ...(context.isTransparent ? ['transparent'] : []),
  ].join('+')

const VARIANT = /^(.*)\|(\d*)\|(small|medium|large)$/

/** Settings and size as text; {@link stepsIn} reads the steps back. */
const variantOf = ({ tier, steps }: ArmName, { size }: Context): string =>
  `${tier}|${steps ?? ''}|${size}`

/** The steps of a variant; undefined when it has none. */
export function stepsIn(variant: string): number | undefined {
  const steps = VARIANT.exec(variant)?.[2]
  return steps === undefined || steps === '' ? undefined : Number(steps)
}

/** Where outcomes of an arm in a context are counted: model → purpose → category → settings. */
export const placeOf = (arm: ArmName, context: Context, generation = 0): Place => ({
  model: arm.model,
  purpose: context.purpose,
  kind: kindOf(context),
  variant: variantOf(arm, context),
  generation,
})
