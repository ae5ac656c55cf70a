import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import type { ChargeLine } from '../charge.ts'
import type { ModifierExample, Modify } from '../modifier.ts'
import type { Priced } from '../structure.ts'
import { type UnpriceableReason, unpriceable } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'
import { aggregatorMarkup } from './aggregator-markup.ts'
import { aggregatorTopupFee } from './aggregator-topup-fee.ts'
import { batchDiscount } from './batch-discount.ts'
import { controlnetFactor } from './controlnet-factor.ts'
import { controlnetFee } from './controlnet-fee.ts'
import { currency } from './currency.ts'
import { editPremium } from './edit-premium.ts'
import { firstFreeThenFee } from './first-free-then-fee.ts'
import { fontFee } from './font-fee.ts'
import { groundingSearchFee } from './grounding-search-fee.ts'
import { latencyTier } from './latency-tier.ts'
import { loraFee } from './lora-fee.ts'
import { minimumCharge } from './minimum-charge.ts'
import { referenceImageFee } from './reference-image-fee.ts'
import { rounding } from './rounding.ts'
import { stepSurcharge } from './step-surcharge.ts'

/**
 * Every modifier under its kind, in the order in which they are applied, whatever the order in the
 * price row. Factors on the picture itself come before flat fees, which are published as they are
 * paid; then what a reseller adds to all of it; then what batch and latency make of that; then the
 * least and the steps that are billed; and the currency, in which all of these are, at the end.
 */
const modifiers = {
  step_surcharge: stepSurcharge,
  edit_premium: editPremium,
  controlnet_factor: controlnetFactor,
  controlnet_fee: controlnetFee,
  lora_fee: loraFee,
  reference_image_fee: referenceImageFee,
  first_free_then_fee: firstFreeThenFee,
  font_fee: fontFee,
  grounding_search_fee: groundingSearchFee,
  aggregator_markup: aggregatorMarkup,
  aggregator_topup_fee: aggregatorTopupFee,
  batch_discount: batchDiscount,
  latency_tier: latencyTier,
  minimum_charge: minimumCharge,
  rounding,
  currency,
} as const

/** Names of all modifiers, in the order in which they are applied. */
export type ModifierKind = keyof typeof modifiers

/** A modifier of one kind; without a kind, any modifier. */
export type ModifierOf<K extends ModifierKind = ModifierKind> = {
  [P in K]: { readonly kind: P } & z.output<(typeof modifiers)[P]['schema']>
}[K]

/** Something that changes what a price's components charge, as it stands in a price row. */
export type Modifier = ModifierOf

/** The kinds, in the order in which they are applied. */
export const modifierKinds = Object.keys(modifiers) as readonly ModifierKind[]

/** Reads a modifier; unknown kinds and unknown fields are errors. */
export const modifierSchema = z.discriminatedUnion(
  'kind',
  // Zod wants a non-empty tuple; a list made from a record is only an array to the type checker.
  modifierKinds.map((kind) => modifiers[kind].schema) as unknown as readonly [
    (typeof modifiers)[ModifierKind]['schema'],
  ],
)

/** How a kind works, seen alike for all: a kind without it does not compile. */
const behaviours: {
  readonly [K in ModifierKind]: {
    readonly modify: Modify<ModifierOf<K>>
    readonly tiersOf?: (modifier: ModifierOf<K>) => readonly string[]
  }
} = modifiers

/**
 * Applies the modifiers of a price to the lines of its components, in the order of their kinds. A
 * service tier that no modifier has a price for is refused: a surcharge must not be overlooked.
 */
export function applyModifiers(
  lines: readonly ChargeLine[],
  applied: readonly Modifier[],
  usage: Usage,
): Priced {
  const flaw = flawOfTier(applied, usage)
  if (flaw !== undefined) return refused(flaw)
  if (applied.length === 0) return ok(lines)
  let current = lines
  for (const kind of modifierKinds) {
    for (const modifier of applied) {
      if (modifier.kind !== kind) continue
      const changed = modifyBy(modifier, usage, current)
      if (!changed.ok) return changed
      current = changed.value
    }
  }
  return ok(current)
}

const modifyBy = <K extends ModifierKind>(
  modifier: ModifierOf<K>,
  usage: Usage,
  lines: readonly ChargeLine[],
): Priced => behaviours[modifier.kind].modify(modifier, usage, lines)

const tiersOf = <K extends ModifierKind>(modifier: ModifierOf<K>): readonly string[] =>
  behaviours[modifier.kind].tiersOf?.(modifier) ?? []

function flawOfTier(
  applied: readonly Modifier[],
  { serviceTier }: Usage,
): UnpriceableReason | undefined {
  if (serviceTier === undefined || serviceTier === 'standard') return undefined
  if (applied.some((modifier) => tiersOf(modifier).includes(serviceTier))) return undefined
  return unpriceable('not_listed', 'serviceTier', `the price has no tier ${serviceTier}`)
}

/** A modifier as the documentation shows it. */
export interface ModifierDescription {
  readonly kind: ModifierKind
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly example: ModifierExample<Modifier>
}

/** Every modifier with its worked example, for the generated documentation. */
export const describeModifiers = (): readonly ModifierDescription[] =>
  modifierKinds.map((kind) => {
    const { title, summary, example } = modifiers[kind]
    return { kind, title, summary, example }
  })
