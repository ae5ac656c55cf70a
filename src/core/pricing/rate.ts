import { type Charge, type ChargeLine, totalled } from './charge.ts'
import { flawOfUsage } from './flaw-of-usage.ts'
import { applyModifiers, type Modifier } from './modifiers/index.ts'
import { type Component, rateComponent } from './structures/index.ts'
import { type UnpriceableReason, unpriceable } from './unpriceable.ts'
import type { Usage } from './usage.ts'

/**
 * What is charged for: every component adds its lines, and modifiers change what they come to. A
 * price row is a price. Monthly terms of a contract are no part of it: see pricebook/terms.
 */
export interface Price {
  readonly components: readonly Component[]
  readonly modifiers?: readonly Modifier[] | undefined
}

/** A charge, or why there is none. Never zero for want of knowledge. */
export type Rated =
  | { readonly ok: true; readonly charge: Charge }
  | { readonly ok: false; readonly reason: UnpriceableReason }

/**
 * What a usage costs at a price, explained line by line. The one function that quotes, holds,
 * settles, routes, forecasts and audits. First the components, then the modifiers in the order of
 * their kinds. Pure; never throws for a price read by the schema.
 */
export function rate(price: Price, usage: Usage): Rated {
  const flaw = flawOf(price, usage)
  if (flaw !== undefined) return { ok: false, reason: flaw }
  const lines: ChargeLine[] = []
  for (const component of price.components) {
    const priced = rateComponent(component, usage)
    if (!priced.ok) return { ok: false, reason: priced.refusal }
    lines.push(...priced.value)
  }
  const modified = applyModifiers(lines, price.modifiers ?? [], usage)
  if (!modified.ok) return { ok: false, reason: modified.refusal }
  return { ok: true, charge: totalled(modified.value) }
}

function flawOf(price: Price, usage: Usage): UnpriceableReason | undefined {
  if (price.components.length > 0) return flawOfUsage(usage)
  return unpriceable('no_components', 'components', 'the price has no components')
}
