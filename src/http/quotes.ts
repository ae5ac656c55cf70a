import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { resolveModel } from '../core/catalog/catalog.ts'
import { isObject } from '../core/json.ts'
import { dollarsFromNano, type Nano } from '../core/money.ts'
import { withUsualCount } from '../core/purpose/image-count.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Candidate, Exclusion } from '../core/routing/plan.ts'
import { measureMask } from '../gateway/measure-mask.ts'
import { printExclusion, printQuote } from '../gateway/print-quote.ts'
import { quoteShown } from '../gateway/quote-variants.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { editBody, generationBody } from './openai/body.ts'
import {
  MAX_EDIT_JSON,
  readEditForm,
  readEditJson,
  readGeneration,
  type Wanted,
} from './openai/read-wanted.ts'
import { withReferences } from './openai/references.ts'
import { defineRoute, type RouteDefinition } from './route.ts'

/** Prices before a call: nothing is held, sent or written but the pictures of an edit. */
export const quoteRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'POST',
    url: '/v1/images/quote',
    policy: 'images:write',
    summary: 'What a generation or an edit would cost at every offer, and why others cannot do it',
    body: z.union([generationBody, editBody]),
    multipart: true,
    bodyLimit: MAX_EDIT_JSON,
    answers: ['application/json'],
    handler: async (request) => {
      const wanted = await readPriceQuestion(request, context)
      return quote(await withReferences(wanted, callerOf(request).tenant, context), context)
    },
  }),
]

/** Reads what an image route would take. A form is an edit; so is JSON that names pictures. */
export async function readPriceQuestion(
  request: FastifyRequest,
  context: HttpContext,
): Promise<Wanted> {
  if (request.isMultipart()) return readEditForm(request, context)
  const isEdit = isObject(request.body) && request.body.images !== undefined
  return isEdit ? readEditJson(request, context) : readGeneration(request)
}

/** @throws GatewayError for a request that is wrong, or a model that nobody has. */
async function quote(draft: RequestDraft, { gateway }: HttpContext) {
  const normal = normaliseRequest(withUsualCount(draft, gateway.deps.purposes))
  const { clock, snapshot: take } = gateway.deps
  const snapshot = take()
  const now = clock.now()
  const resolution = resolveModel(snapshot.catalog, normal.model, now)
  const { models } = resolution
  const request = await measureMask(normal, { models, snapshot }, gateway.deps)
  const { candidates, exclusions } = quoteShown(
    { request, resolution, images: request.n },
    snapshot,
    now,
  )
  const { maxCostNano } = request
  const isWithin = (candidate: Candidate): boolean =>
    maxCostNano === undefined || candidate.quote.highNano <= maxCostNano
  const tooDear = candidates.filter((candidate) => !isWithin(candidate))
  return {
    object: 'quote',
    model: request.model,
    operation: request.operation,
    images: request.n,
    at: new Date(now).toISOString(),
    price_version: snapshot.book.version,
    candidates: candidates
      .filter(isWithin)
      .toSorted(byCost)
      .map((candidate) => ({
        ...printQuote(candidate),
        simulated: candidate.isSimulated,
        parameters: candidate.fit.reports.filter(({ outcome }) => outcome !== 'honoured'),
      })),
    excluded: [...tooDear.map(beyondLimit), ...exclusions].map(printExclusion),
    warnings: resolution.warnings,
  }
}

/** Cheapest first; equal ones by name, so that the order is always the same. */
const byCost = (one: Candidate, other: Candidate): number =>
  compare(one.quote.expectedNano, other.quote.expectedNano) || (one.offer < other.offer ? -1 : 1)

const compare = (one: Nano, other: Nano): number => (one < other ? -1 : one > other ? 1 : 0)

const beyondLimit = ({ offer, quote: { highNano } }: Candidate): Exclusion => ({
  offer,
  unfit: {
    code: 'max_cost',
    param: 'max_cost',
    reason: `it can cost $${dollarsFromNano(highNano)}, more than x-keeprate-max-cost allows`,
  },
})
