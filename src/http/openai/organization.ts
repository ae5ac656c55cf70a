import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Book } from '../../core/ledger/entry.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { Instant } from '../../core/time.ts'
import { groupUsage, type UsageField, type UsageGroup } from '../../core/usage/group-usage.ts'
import { QUARTER_MS, quarterOf } from '../../core/usage/slots.ts'
import { costOf, type UsageRow } from '../../core/usage/usage-sums.ts'
import { readRows, type UsageFilters } from '../../gateway/usage-report.ts'
import type { HttpContext } from '../context.ts'
import { defineRoute, type RouteDefinition, readWith } from '../route.ts'
import { bookOf, tenantOf } from '../usage.ts'

/*
 * OpenAI's usage and costs of an organisation (API reference, read 2026-11-20): a page of buckets
 * of time, each with results. A project is a tenant of ours. What both routes add is the book, as
 * parameter and in the answer, because simulated usage is never mixed with real usage.
 */

/** Query strings give one value or several, and OpenAI's clients write `name[]`. */
const list = z
  .union([z.string().max(256), z.array(z.string().max(256)).max(100)])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .optional()

const shared = {
  start_time: z.coerce.number().int().min(946_684_800).max(253_402_300_799),
  end_time: z.coerce.number().int().min(946_684_800).max(253_402_300_799).optional(),
  project_ids: list,
  api_key_ids: list,
  group_by: list,
  page: z.string().max(64).optional(),
  book: z.enum(['real', 'simulated']).optional(),
}

const imagesQuery = z.strictObject({
  ...shared,
  bucket_width: z.enum(['1m', '1h', '1d']).default('1d'),
  limit: z.coerce.number().int().min(1).max(168).optional(),
  models: list,
  sizes: list,
  sources: list,
  user_ids: list,
})

const costsQuery = z.strictObject({
  ...shared,
  bucket_width: z.enum(['1d']).default('1d'),
  limit: z.coerce.number().int().min(1).max(180).default(7),
})

const WIDTHS_MS = { '1h': 3_600_000, '1d': 86_400_000 } as const

/** Default and most buckets of a page of image usage, as OpenAI has them. */
const IMAGE_PAGES = { '1h': [24, 168], '1d': [7, 31] } as const

/** Our operations as OpenAI's sources; an edit with a mask is an edit there. */
const SOURCES: Readonly<Record<string, string>> = {
  generate: 'image.generation',
  edit: 'image.edit',
  inpaint: 'image.edit',
  variation: 'image.variation',
}
const sourceOf = (operation: string): string => SOURCES[operation] ?? `image.${operation}`

/** What OpenAI groups by, in our words. */
const IMAGE_GROUPS: Readonly<Record<string, UsageField>> = {
  project_id: 'tenant',
  api_key_id: 'key',
  model: 'model',
  size: 'size',
  source: 'operation',
}
const COST_GROUPS: Readonly<Record<string, UsageField>> = {
  project_id: 'tenant',
  api_key_id: 'key',
}

/** Usage and costs as OpenAI's administrators read them. */
export const organizationRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/organization/usage/images',
    policy: 'images:read',
    summary: 'Images and calls by bucket of time, in the shape of OpenAI',
    query: imagesQuery,
    answers: ['application/json'],
    handler: (request, reply) => sendImageUsage(request, reply, context),
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/organization/costs',
    policy: 'images:read',
    summary: 'Costs by day, in the shape of OpenAI',
    query: costsQuery,
    answers: ['application/json'],
    handler: (request, reply) => sendCosts(request, reply, context),
  }),
]

async function sendImageUsage(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): Promise<JsonObject> {
  const read = readWith(imagesQuery, withoutBrackets(request.query))
  const { bucket_width: width } = read
  if (width === '1m') {
    const message = 'bucket_width: usage is kept by quarters of an hour; ask for 1h or 1d.'
    throw new GatewayError('unsupported_parameter', message, { param: 'bucket_width' })
  }
  if (read.user_ids !== undefined) throw notByUser('user_ids')
  const groups = readGroups(read.group_by, IMAGE_GROUPS)
  const [usual, most] = IMAGE_PAGES[width]
  const limit = read.limit ?? usual
  if (limit > most) throw invalid('limit', `limit: at most ${most} with bucket_width=${width}.`)
  const filters: UsageFilters = {
    ...keysOf(read),
    model: read.models,
    size: read.sizes,
    operation: read.sources?.flatMap(operationsOf),
  }
  const fields = groups.map((group) => IMAGE_GROUPS[group] as UsageField)
  return sendPage(
    { ...read, limit, filters, fields, widthMs: WIDTHS_MS[width] },
    (group) => {
      const textOf = (name: string): string | null => group.values[groups.indexOf(name)] || null
      return {
        object: 'organization.usage.images.result',
        images: Number(group.sums.images),
        num_model_requests: Number(group.sums.attempts),
        source: textOf('source'),
        size: textOf('size'),
        project_id: textOf('project_id'),
        user_id: null,
        api_key_id: textOf('api_key_id'),
        model: textOf('model'),
      }
    },
    { request, reply, context },
  )
}

async function sendCosts(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): Promise<JsonObject> {
  const read = readWith(costsQuery, withoutBrackets(request.query))
  const groups = readGroups(read.group_by, { ...COST_GROUPS, line_item: 'model' })
  const byLine = groups.includes('line_item')
  const own = groups.filter((name) => name !== 'line_item')
  const fields: readonly UsageField[] = [
    ...own.map((name) => COST_GROUPS[name] as UsageField),
    ...(byLine ? (['provider', 'model'] as const) : []),
  ]
  const filters = keysOf(read)
  return sendPage(
    { ...read, filters, fields, widthMs: WIDTHS_MS['1d'] },
    (group) => {
      const textOf = (name: string): string | null => group.values[own.indexOf(name)] || null
      const offer = group.values.slice(own.length).join('/')
      return {
        object: 'organization.costs.result',
        // OpenAI's schema has a number here; it prints as the exact decimal up to 15 digits.
        amount: { value: Number(dollarsFromNano(costOf(group.sums))), currency: 'usd' },
        line_item: byLine ? offer : null,
        project_id: textOf('project_id'),
        api_key_id: textOf('api_key_id'),
        quantity: byLine ? Number(group.sums.images) : null,
        quantity_unit: byLine ? 'images' : null,
      }
    },
    { request, reply, context },
  )
}

/** Two operations of ours can be one source of theirs, which is counted together. */
const inTheirWords = ({ series, sums }: UsageRow): UsageRow => ({
  series: { ...series, operation: sourceOf(series.operation) },
  sums,
})

interface PageQuery {
  readonly start_time: number
  readonly end_time?: number | undefined
  readonly project_ids?: readonly string[] | undefined
  readonly page?: string | undefined
  readonly book?: Book | undefined
  readonly limit: number
  readonly filters: UsageFilters
  readonly fields: readonly UsageField[]
  readonly widthMs: number
}

async function sendPage(
  query: PageQuery,
  print: (group: UsageGroup) => JsonObject,
  call: { readonly request: FastifyRequest; readonly reply: FastifyReply; context: HttpContext },
): Promise<JsonObject> {
  const { context, request, reply } = call
  const { widthMs, limit, fields, project_ids } = query
  const book = bookOf(query.book, context)
  const tenant = tenantOf(undefined, request)
  const filters = { ...query.filters, tenant: project_ids }
  const { from, to } = rangeOf(query, context.gateway.deps.clock.now())
  const data: JsonObject[] = []
  let start = query.page === undefined ? from : readPage(query.page, from, to)
  while (start < to && data.length < limit) {
    const end = Math.min(to, (Math.floor(start / widthMs) + 1) * widthMs)
    const asked = { book, tenant, filters }
    const rows = await readRows(asked, { from: start, to: end }, context.gateway.deps.stores.usage)
    const used = rows.filter(({ sums }) => sums.attempts > 0n).map(inTheirWords)
    const results = groupUsage(used, fields).map(print)
    data.push({ object: 'bucket', start_time: start / 1000, end_time: end / 1000, results })
    start = end
  }
  reply.header('x-keeprate-book', book)
  const hasMore = start < to
  return {
    object: 'page',
    data,
    has_more: hasMore,
    next_page: hasMore ? `page_${start / 1000}` : null,
    ...(context.bodyExtension ? { keeprate: { book, tz: 'UTC' } } : {}),
  }
}

/**
 * The range by quarters of an hour, which buckets show: usage is kept by quarters. Without an end
 * it goes to the end of the bucket that runs.
 */
function rangeOf({ start_time, end_time, widthMs }: PageQuery, now: Instant) {
  const from = quarterOf(start_time * 1000)
  if (end_time === undefined) {
    return { from, to: Math.max(from, (Math.floor(now / widthMs) + 1) * widthMs) }
  }
  const to = quarterOf(end_time * 1000 + QUARTER_MS - 1)
  if (end_time <= start_time) throw invalid('end_time', 'end_time must be after start_time.')
  return { from, to }
}

function readPage(page: string, from: Instant, to: Instant): Instant {
  const start = Number(/^page_(\d{9,12})$/.exec(page)?.[1]) * 1000
  if (start >= from && start < to && start % QUARTER_MS === 0) return start
  throw invalid('page', 'page must be the next_page of a page of the same question.')
}

const keysOf = ({ api_key_ids }: { readonly api_key_ids?: readonly string[] | undefined }) => ({
  key: api_key_ids,
})

function operationsOf(source: string): readonly string[] {
  const known = Object.keys(SOURCES).filter((operation) => SOURCES[operation] === source)
  if (known.length > 0) return known
  throw invalid('sources', `sources: ${source.slice(0, 40)} is no source of images.`)
}

function readGroups(
  names: readonly string[] = [],
  known: Readonly<Record<string, unknown>>,
): readonly string[] {
  for (const name of names) {
    if (name === 'user_id') throw notByUser('group_by')
    if (Object.hasOwn(known, name)) continue
    const all = Object.keys(known).join(', ')
    throw invalid('group_by', `group_by: ${name.slice(0, 40)} is none of ${all}.`)
  }
  return [...new Set(names)]
}

const notByUser = (param: string): GatewayError =>
  new GatewayError('unsupported_parameter', `${param}: usage is not kept by end user.`, { param })

/** `group_by[]=model` is what OpenAI's clients write for `group_by=model`. */
function withoutBrackets(query: unknown): unknown {
  const merged = new Map<string, unknown>()
  for (const [written, value] of Object.entries(query as Record<string, unknown>)) {
    const name = written.replace(/\[\]$/, '')
    merged.set(name, merged.has(name) ? [merged.get(name), value].flat() : value)
  }
  return Object.fromEntries(merged)
}
