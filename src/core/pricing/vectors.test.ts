import { describe, expect, test } from 'vitest'
import {
  dollarsOf,
  type Owner,
  priceFields,
  usageOf,
  type Vector,
  valueIn,
  vectors,
} from '../../testing/price-vectors.ts'
import { strategyOwners } from '../../testing/strategy-vectors.ts'
import { settleCall } from '../ledger/settlement.ts'
import { monthBill } from '../pricebook/month-bill.ts'
import { makePriceBook, priceAt } from '../pricebook/price-book.ts'
import { type PriceRowInput, priceRowsSchema } from '../pricebook/price-row.ts'
import { termKinds, termSchema } from '../pricebook/terms/index.ts'
import { startOfDay } from '../time.ts'
import { decimal } from './decimal.ts'
import { modifierKinds, modifierSchema } from './modifiers/index.ts'
import { type Price, rate } from './rate.ts'
import { componentSchema, kinds } from './structures/index.ts'
import type { Usage } from './usage.ts'

function totalOf(price: Price, usage: Usage): number {
  const rated = rate(price, usage)
  if (!rated.ok) throw new Error(rated.reason.text)
  return dollarsOf(rated.charge.totalNano)
}

/** One component with the vector's own price fields. */
const component =
  (fieldsOf: (price: unknown, vector: Vector) => object = (price) => price as object): Owner =>
  (vector) => {
    const fields = fieldsOf(priceFields(vector.price), vector)
    const parsed = componentSchema.parse({ kind: vector.kind, ...fields })
    return totalOf({ components: [parsed] }, usageOf(vector.input))
  }

/** A table that is the whole price of its vector. */
const table = component((usd) => ({ usd }))

/** A picture at the vector's base price, and the modifier with all its other fields. */
const modified =
  (inputs: object = {}): Owner =>
  ({ kind, price, input }) => {
    const { base_usd, base_tokens_usd, generate_usd, ...fields } = price
    const base = base_usd ?? base_tokens_usd ?? generate_usd ?? 1
    const priced = componentSchema.parse({ kind: 'per_image', usd: decimal(base).toFixed() })
    const modifier = modifierSchema.parse({ kind, ...(priceFields(fields) as object) })
    return totalOf(
      { components: [priced], modifiers: [modifier] },
      usageOf({ ...inputs, ...input }),
    )
  }

/** A month by a term with the vector's own price fields. */
const term: Owner = ({ kind, price, input, per }) => {
  const { n, images = n ?? 0, mb, months, views } = input
  const parsed = termSchema.parse({ kind, ...(priceFields(price) as object) })
  const month = { images, megabytesPerImage: mb, storedMonths: months, viewsPerImage: views }
  const bill = valueIn(monthBill(parsed, month))
  if (input.ask !== undefined) return Number(bill.imagesPerHour)
  return per === 'image' ? Number(bill.effectiveUsd) : dollarsOf(bill.totalNano)
}

const rowOf = (usd: number | undefined, dates: Pick<PriceRowInput, 'valid_from' | 'valid_to'>) => ({
  offer: 'acme/painter',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: decimal(usd ?? 0).toFixed() }],
  source: { url: 'urn:example:vectors', read_at: '2026-11-20', confidence: 'high' },
  ...dates,
})

/** The price of one image on the day that the input names. */
function dated({ input }: Vector, rows: readonly object[]): number {
  const book = makePriceBook(priceRowsSchema.parse(rows), (text) => text)
  const key = { offer: 'acme/painter', operation: 'generate' }
  const row = priceAt(book, key, startOfDay(String(input.at)))
  return row === undefined ? Number.NaN : totalOf(row, { images: 1 })
}

const owners: Readonly<Record<string, Owner>> = {
  ...strategyOwners,
  ...{ per_image: component(), per_step_linear: component(), per_step_affine: component() },
  ...{ per_step_table: table, per_step_tier: table, operation_table: table, upscale_flat: table },
  ...{ per_megapixel: component(), first_plus_extra_mp: component(), per_pixel: component() },
  ...{ token_per_pixel: component(), area_scaled: component(), credits: component() },
  ...{ gpu_hour_selfhost: component(), gpu_hour_owned: component(), credits_pack: component() },
  ...{ tokens: component(), mask_area: component(), upscale_per_output_mp: component() },
  ...{ upscale_per_2x_step: component(), video_second: component(), video_tokens: component() },
  ...{ video_second_matrix: table, video_megapixel_second: component() },
  matrix: component((usd, { input }) => ({
    by: input.resolution === undefined ? ['quality', 'size'] : ['resolution'],
    usd,
  })),
  tokens_plus_text_out: component((price) => ({ ...(price as object), kind: 'tokens' })),
  gpu_second: ({ input: { bill_startup, ...input }, ...vector }) =>
    component((price) => ({ ...(price as object), bill_startup }))({ ...vector, input }),
  mask_bbox: ({ input: { canvas, ...input }, ...vector }) => {
    const [width = 0, height = 0] = String(canvas).split('x').map(Number)
    return component()({ ...vector, input: { ...input, width, height } })
  },
  ...{ edit_premium: modified(), controlnet_fee: modified(), lora_fee: modified() },
  ...{ reference_image_fee: modified(), controlnet_factor: modified({ controlnets: 1 }) },
  ...{ aggregator_markup: modified(), aggregator_topup_fee: modified(), latency_tier: modified() },
  batch_discount: modified({ tier: 'batch' }),
  // The vector has the fee alone, so the dollar that the picture costs here is taken off again.
  first_free_then_fee: ({ input, ...vector }) =>
    modified({ n: 1, refs: (input.images_total ?? 0) - 1 })({ ...vector, input: {} }) - 1,
  ...{ tier_graduated: term, tier_volume: term, commit_min_spend: term, commit_take_or_pay: term },
  ...{ commit_none: term, reserved_capacity: term, concurrency_cap: term, free_allowance: term },
  ...{ subscription_gpu_hours: term, storage: term, egress: term },
  dated_price: (vector) =>
    dated(vector, [
      rowOf(vector.price['until_2026-04-14'], { valid_from: '2026-01-01', valid_to: '2026-04-14' }),
      rowOf(vector.price['from_2026-04-15'], { valid_from: '2026-04-15' }),
    ]),
  promo_until: (vector) =>
    dated(vector, [
      rowOf(vector.price.usd, { valid_from: '2026-01-01', valid_to: String(vector.price.until) }),
      rowOf(vector.price.then, { valid_from: '2027-01-01' }),
    ]),
  reported_cost: ({ price, input }) => {
    const rows = priceRowsSchema.parse([rowOf(price.book_usd, { valid_from: '2026-01-01' })])
    const [row] = rows
    if (row === undefined) return Number.NaN
    const usage = { images: 1 }
    const reportedDollars = decimal(input.provider_reported_credits ?? 0)
      .times(input.usd_per_credit ?? 0)
      .toFixed()
    const outcome = { images: 1, failures: [], usage, reportedDollars }
    const estimate = { low: usage, expected: usage, high: usage }
    const settled = settleCall(outcome, { row, estimate })
    return settled.basis === 'reported' && !settled.hasDrifted
      ? dollarsOf(settled.costNano)
      : Number.NaN
  },
}

test('there are 101 vectors, each with an id of its own', () => {
  expect(vectors).toHaveLength(101)
  expect(new Set(vectors.map(({ id }) => id)).size).toBe(101)
})

test('every vector has an owner, and every owner a vector', () => {
  const asked = new Set(vectors.map(({ kind }) => kind))
  expect([...asked].filter((kind) => owners[kind] === undefined)).toEqual([])
  expect(Object.keys(owners).filter((kind) => !asked.has(kind))).toEqual([])
})

test('every structure, modifier and term has a vector, or no public figures to make one of', () => {
  // Its figures are in the table of modifiers.test.ts, because no vector was published with them.
  const tabled = ['step_surcharge']
  const illustrated = ['font_fee', 'grounding_search_fee', 'minimum_charge', 'rounding', 'currency']
  const all = [...kinds, ...modifierKinds, ...termKinds]
  const without = all.filter((kind) => owners[kind] === undefined)
  expect(without).toEqual([...tabled, ...illustrated, 'prepaid_packs'])
})

describe('the vectors', () => {
  test.each(vectors)('$id $kind', (vector) => {
    const expected = vector.usd ?? vector.expect ?? Number.NaN
    const actual = owners[vector.kind]?.(vector) ?? Number.NaN
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9)
  })
})
