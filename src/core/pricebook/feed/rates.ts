import { decimal } from '../../pricing/decimal.ts'
import type { PriceRow } from '../price-row.ts'

const RATE_PATTERN = /^\d+(\.\d+)?$/

/**
 * The rates of a price by their path: `0.tokens.image_out`, `0.matrix.usd.high.1024x1024`. Rates
 * are the decimal strings of a price; counts and words are none.
 */
export function ratesOf(row: Pick<PriceRow, 'components' | 'modifiers'>): Map<string, string> {
  const rates = new Map<string, string>()
  for (const [index, component] of row.components.entries()) {
    collect(`${index}.${component.kind}`, component, rates)
  }
  for (const modifier of row.modifiers ?? []) collect(modifier.kind, modifier, rates)
  return rates
}

/** Ratios of new to old of every rate that both prices have and that was above zero. */
export function rateRatios(before: Map<string, string>, after: Map<string, string>): number[] {
  return [...before].flatMap(([path, old]) => {
    const now = after.get(path)
    if (now === undefined || decimal(old).eq(0)) return []
    return [Number(decimal(now).div(old))]
  })
}

function collect(path: string, value: unknown, rates: Map<string, string>): void {
  if (typeof value === 'string') {
    if (RATE_PATTERN.test(value)) rates.set(path, value)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) collect(`${path}.${name}`, member, rates)
}
