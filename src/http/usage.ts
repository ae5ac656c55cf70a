import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Book } from '../core/ledger/entry.ts'
import { allows } from '../core/ledger/virtual-key.ts'
import { type UsageField, usageFields } from '../core/usage/group-usage.ts'
import { printStorageReport, reportStorage } from '../gateway/storage-report.ts'
import { readUsageRange, readZone } from '../gateway/usage-range.ts'
import {
  bookInUse,
  printUsageReport,
  readUsageGroups,
  reportUsage,
  type UsageCursor,
  type UsageReportQuery,
  usageGroupings,
} from '../gateway/usage-report.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'

/** Rows on one page: a month by day of some thirty models, and at most some megabytes. */
const DEFAULT_ROWS = 1_000
const MAX_ROWS = 5_000
const MAX_CURSOR_CHARACTERS = 4_000

const one = z.string().max(256).optional()

const usageQuery = z.strictObject({
  from: one.describe('A day (2026-11-01) or an instant on a quarter of an hour'),
  to: one.describe('A day, which is included, or an instant, which is not'),
  group_by: z
    .string()
    .max(256)
    .default('')
    .describe(`Any of ${usageGroupings.join(', ')}, separated by commas`),
  tz: z.string().max(64).default('UTC').describe('Time zone of days and hours, by its IANA name'),
  book: z.enum(['real', 'simulated']).optional(),
  ...(Object.fromEntries(usageFields.map((field) => [field, one])) as {
    readonly [Field in UsageField]: typeof one
  }),
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS),
  after: z.string().max(MAX_CURSOR_CHARACTERS).optional(),
})

/** Usage in our own words. */
export const usageRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/usage',
    policy: 'images:read',
    summary: 'What was asked, made and spent, by time, model, key, purpose and more',
    query: usageQuery,
    answers: ['application/json'],
    handler: async (request, reply) => {
      const query = readQuery(request, context)
      const report = await reportUsage(query, context.gateway.deps.stores.usage)
      const last = report.hasMore ? report.rows.at(-1) : undefined
      reply.header('x-keeprate-book', query.book)
      return {
        ...printUsageReport(report, query),
        next: last === undefined ? null : printCursor({ ...last, from: last.bucket.from }),
      } satisfies JsonObject
    },
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/usage/storage',
    policy: 'admin',
    summary: 'What is stored and was sent, of all tenants, and its cost, now and by month',
    answers: ['application/json'],
    handler: async () => {
      const { gateway, storagePrices = {} } = context
      return printStorageReport(await reportStorage(storagePrices, gateway.deps))
    },
  }),
]

function readQuery(request: FastifyRequest, context: HttpContext): UsageReportQuery {
  const read = readWith(usageQuery, request.query)
  const { unit, fields } = readUsageGroups('group_by', read.group_by)
  const zone = readZone(read.tz)
  const now = context.gateway.deps.clock.now()
  const filters = Object.fromEntries(
    usageFields.flatMap((field) => {
      const value = field === 'tenant' ? undefined : read[field]
      return value === undefined ? [] : [[field, [value]]]
    }),
  )
  return {
    range: readUsageRange(read, { zone, unit, now }),
    book: bookOf(read.book, context),
    tenant: tenantOf(read.tenant, request),
    unit,
    fields,
    zone,
    filters,
    limit: read.limit,
    after: read.after === undefined ? undefined : readCursor(read.after, fields.length),
  }
}

/** The book asked for, or the one that this gateway spends from now. */
export const bookOf = (asked: Book | undefined, { gateway }: HttpContext): Book =>
  asked ?? bookInUse(gateway.deps.snapshot().providers.values())

/**
 * The tenant whose usage is shown: a key's own; any, or all, for an operator.
 * @throws GatewayError when a key asks for another tenant's.
 */
export function tenantOf(asked: string | undefined, request: FastifyRequest): string | undefined {
  const own = callerOf(request).tenant
  const isOperator = request.principal !== undefined && allows(request.principal, 'admin')
  if (isOperator) return asked
  if (asked === undefined || asked === own) return own
  throw new GatewayError('permission_denied', 'This key does not have the scope admin.', {
    param: 'tenant',
  })
}

const printCursor = ({ from, values }: UsageCursor): string =>
  Buffer.from(JSON.stringify([from, ...values])).toString('base64url')

const cursorValues = z.tuple([z.number().int()], z.string())

function readCursor(text: string, fieldCount: number): UsageCursor {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const [from, ...values] = cursorValues.parse(parsed)
    if (values.length === fieldCount) return { from, values }
  } catch {
    // Told below, like a cursor of another question.
  }
  throw invalid('after', 'after must be the `next` of a page of the same question.')
}
