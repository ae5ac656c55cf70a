import { z } from 'zod'
import { ok, type Result, refused } from '../result.ts'
import { type Decimal, decimal, positiveRateSchema } from './decimal.ts'
import { type UnpriceableReason, unpriceable } from './unpriceable.ts'

const KEY_PATTERN = /^(<=|>)(\d{1,12}(?:\.\d{1,12})?)$/

/**
 * Prices by how large a number is, under the keys `<=50`, `<=100`, `>100`. A boundary belongs to
 * the cell that names it with `<=`. Without a `>` cell nothing above the largest bound has a price.
 */
export const thresholdTableSchema = z
  .record(z.string(), positiveRateSchema)
  .superRefine((table, context) => {
    for (const message of flawsOfKeys(Object.keys(table))) {
      context.addIssue({ code: 'custom', message })
    }
  })

/** The cell that holds for a number: its key and its price. */
export function cellAt(
  table: Readonly<Record<string, string>>,
  field: string,
  value: Decimal,
): Result<{ readonly key: string; readonly rate: string }, UnpriceableReason> {
  let best: { readonly key: string; readonly rate: string; readonly bound: Decimal } | undefined
  let beyond: { readonly key: string; readonly rate: string } | undefined
  for (const [key, rate] of Object.entries(table)) {
    const [, relation, number = '0'] = KEY_PATTERN.exec(key) ?? []
    const bound = decimal(number)
    if (relation === '>') {
      if (value.gt(bound)) beyond = { key, rate }
    } else if (value.lte(bound) && (best === undefined || bound.lt(best.bound))) {
      best = { key, rate, bound }
    }
  }
  const cell = best ?? beyond
  if (cell !== undefined) return ok({ key: cell.key, rate: cell.rate })
  const text = `${field} ${value.toFixed()} is above the largest that has a price`
  return refused(unpriceable('above_largest', field, text))
}

/** What is wrong with the keys, in words: a gap or a double bound leaves a price to chance. */
function flawsOfKeys(keys: readonly string[]): string[] {
  const flaws: string[] = []
  const bounds: Decimal[] = []
  const floors: Decimal[] = []
  for (const key of keys) {
    const [, relation, number] = KEY_PATTERN.exec(key) ?? []
    if (number === undefined)
      flaws.push(`${JSON.stringify(key)} is neither "<=number" nor ">number"`)
    else (relation === '<=' ? bounds : floors).push(decimal(number))
  }
  bounds.sort((first, second) => first.cmp(second))
  if (bounds.length === 0) flaws.push('no "<=" bound is listed')
  if (bounds.some((bound, index) => bounds[index + 1]?.eq(bound)))
    flaws.push('a bound stands twice')
  const [floor, ...otherFloors] = floors
  if (otherFloors.length > 0) flaws.push('">" stands twice')
  if (floor !== undefined && bounds.at(-1)?.eq(floor) === false) {
    flaws.push('">" must begin where the largest "<=" ends')
  }
  return flaws
}
