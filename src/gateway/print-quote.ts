import type { JsonObject, JsonValue } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { RowOrigin } from '../core/pricebook/layers.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import type { ChargeLine } from '../core/pricing/charge.ts'
import type { Candidate, Exclusion } from '../core/routing/plan.ts'
import type { Waiting } from '../core/routing/waiting-cost.ts'

/** A candidate as quotes show it: dollars, and the lines that explain them. */
export function printQuote(candidate: Candidate): JsonObject {
  const { offer, model, quote, lines, row, origin, waiting } = candidate
  const exact = quote.lowNano === quote.highNano
  return {
    offer,
    provider: model.provider,
    model: model.id,
    usd: dollarsFromNano(quote.expectedNano),
    exact,
    ...(exact
      ? {}
      : { low: dollarsFromNano(quote.lowNano), high: dollarsFromNano(quote.highNano) }),
    ...printWaiting(waiting),
    lines: lines.map(printLine),
    price: printPriceSource(row, origin),
  }
}

/** What waiting costs the caller: a figure of its own, never part of a price. */
export const printWaiting = (waiting: Waiting | undefined): JsonObject =>
  waiting === undefined
    ? {}
    : {
        waiting: {
          seconds: Math.round(waiting.seconds * 1_000) / 1_000,
          usd: dollarsFromNano(waiting.costNano),
        },
      }

const printLine = ({ kind, quantity, unit, rate, amountNano }: ChargeLine): JsonValue => ({
  kind,
  quantity,
  unit,
  rate,
  usd: dollarsFromNano(amountNano),
})

/** Where a price came from: its page, and the layer of prices that it stood in. */
export const printPriceSource = (row: PriceRow, origin: RowOrigin): JsonObject => ({
  valid_from: row.valid_from,
  source: row.source.url,
  read_at: row.source.read_at,
  confidence: row.source.confidence,
  ...printOrigin(origin),
})

/** The layer of a row, the part of it, and the operator's markup where there is one. */
export const printOrigin = ({ layer, name, markup }: RowOrigin): JsonObject => ({
  layer,
  book: name,
  ...(markup === undefined ? {} : { markup }),
})

/** An offer that cannot be called, and why. */
export const printExclusion = ({ offer, unfit }: Exclusion): JsonObject => ({
  offer,
  code: unfit.code,
  ...(unfit.param === undefined ? {} : { param: unfit.param }),
  reason: unfit.reason,
})
