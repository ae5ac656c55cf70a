import { z } from 'zod'
import { invalid } from '../core/errors/gateway-error.ts'
import { canonicalJson, type JsonObject } from '../core/json.ts'
import type { PriceBook } from '../core/pricebook/price-book.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import { holdsOn } from '../core/pricebook/price-row.ts'
import { requestLimits } from '../core/request/limits.ts'
import { dayOf, type Instant, startOfDay } from '../core/time.ts'
import { printOrigin } from '../gateway/print-quote.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'

/** Most prices on one page. */
const MAX_PAGE = 500

const name = z.string().min(1).max(requestLimits.maxLabelCharacters)

const priceQuery = z.strictObject({
  at: z
    .string()
    .refine(isInstant, 'must be a day (2026-11-20) or an instant with a zone')
    .optional(),
  provider: name.optional(),
  model: name.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  after: z
    .string()
    .regex(/^price_[0-9a-f]{24}$/, 'must be the id of a price')
    .optional(),
})

/** The prices in force. */
export const priceRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/prices',
    policy: 'models:read',
    summary: 'Prices that hold at an instant, with source, date read and layer',
    query: priceQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const query = readWith(priceQuery, request.query)
      const { clock, snapshot, sha256 } = context.gateway.deps
      const { book } = snapshot()
      const at = query.at === undefined ? clock.now() : instantOf(query.at)
      const found = book.rows.filter((row) => isAsked(row, query, dayOf(at)))
      const all = found
        .map((row) => ({ row, id: `price_${sha256(canonicalJson(row)).slice(0, 24)}` }))
        .toSorted(byPlace)
      const start = startAfter(all, query.after)
      const page = all.slice(start, start + query.limit)
      return {
        object: 'list',
        price_version: book.version,
        at: new Date(at).toISOString(),
        data: page.map(({ row, id }) => print(row, id, book)),
        has_more: start + page.length < all.length,
      }
    },
  }),
]

type Query = z.output<typeof priceQuery>
interface Named {
  readonly row: PriceRow
  readonly id: string
}

function isAsked(row: PriceRow, { provider, model }: Query, day: string): boolean {
  const [ownProvider = '', ...rest] = row.offer.split('/')
  const isProvider = provider === undefined || provider === ownProvider
  const isModel = model === undefined || model === row.offer || model === rest.join('/')
  return isProvider && isModel && holdsOn(row, day)
}

/** By offer, operation and selectors: the order does not change while the book does not. */
function byPlace(one: Named, other: Named): number {
  const [first, second] = [placeOf(one), placeOf(other)]
  return first < second ? -1 : first > second ? 1 : 0
}

const placeOf = ({ row, id }: Named): string =>
  [row.offer, row.operation, canonicalJson(row.when), row.valid_from, id].join(' ')

function startAfter(all: readonly Named[], after: string | undefined): number {
  if (after === undefined) return 0
  const found = all.findIndex(({ id }) => id === after)
  if (found >= 0) return found + 1
  throw invalid('after', 'after is no price of this list now; begin again without it.')
}

function print(row: PriceRow, id: string, book: PriceBook): JsonObject {
  const origin = book.origins.get(row)
  const plain = JSON.parse(JSON.stringify(row)) as JsonObject
  return { id, object: 'price', ...plain, ...(origin === undefined ? {} : printOrigin(origin)) }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** A day means its first instant, UTC. */
const instantOf = (text: string): Instant => (DAY.test(text) ? startOfDay(text) : Date.parse(text))

function isInstant(text: string): boolean {
  if (!DAY.test(text) && !INSTANT.test(text)) return false
  try {
    return Number.isFinite(instantOf(text))
  } catch {
    return false
  }
}
