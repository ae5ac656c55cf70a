import { z } from 'zod'
import { ok } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('currency'),
  /** ISO 4217 code of the currency that all rates of the price are in. */
  code: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code such as "EUR"'),
  /** Dollars for one unit of the currency. */
  usd_per_unit: positiveRateSchema,
  /** UTC day of the exchange rate. */
  fx_date: z.iso.date(),
})

/**
 * The price is in another currency: everything before is in that currency, under field names that
 * say dollars, and becomes dollars here, last of all. The native rates stay in the book.
 * @example €0.04 at $1.08 a euro = $0.0432
 */
export const currency = defineModifier({
  title: 'Currency',
  summary: 'All rates of the price are in another currency and are converted at a dated rate.',
  schema,
  modify: (modifier, _usage, lines) => ok(lines.map((line) => converted(line, modifier))),
  example: {
    title: 'Two images at four euro cents',
    base: { kind: 'per_image', usd: '0.04' },
    modifier: { kind: 'currency', code: 'EUR', usd_per_unit: '1.08', fx_date: '2026-11-19' },
    usage: { images: 2 },
    usd: '0.0864',
    source: 'illustrative',
  },
})

/** The line in dollars: same quantity, converted rate. */
function converted(line: ChargeLine, { code, usd_per_unit }: z.output<typeof schema>): ChargeLine {
  return chargeLine({
    kind: line.kind,
    label: `${line.label} (${code} at ${usd_per_unit})`,
    unit: line.unit,
    quantity: decimal(line.quantity),
    rate: decimal(line.rate).times(usd_per_unit).toFixed(),
  })
}
