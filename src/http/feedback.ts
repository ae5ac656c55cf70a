import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { verdictLimits } from '../core/feedback/verdict.ts'
import { isId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { takeFigure, takeVerdict } from '../gateway/feedback-desk.ts'
import { printVerdict } from '../gateway/receipt.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { unknownThing } from './find-image.ts'
import { defineRoute, type RouteDefinition, readBody } from './route.ts'

const feedbackBody = z.strictObject({
  accepted: z.boolean().describe('Whether the picture is kept'),
  score: z.number().min(0).max(1).nullish().describe('0 to 1, as the rater measures'),
  reason: z.string().max(verdictLimits.maxReasonCharacters).nullish(),
  rater: z
    .string()
    .min(1)
    .max(verdictLimits.maxRaterCharacters)
    .nullish()
    .describe('Who says so; the key itself unless it says. The last word of each rater counts'),
})

const figure = z.number().min(0).max(1e12)
const performanceBody = z.strictObject({
  value: figure.describe('Clicks or sales for each view, or another figure where more is better'),
  baseline: figure.describe('What is usual where the picture stands, in the same unit'),
})

type Kind = 'images' | 'requests'

/** What people think of pictures, and how these do: what is learned from. */
export const feedbackRoutes = (context: HttpContext): readonly RouteDefinition[] =>
  (['images', 'requests'] as const).flatMap((kind) => [
    defineRoute({
      method: 'POST',
      url: `/v1/${kind}/:id/feedback`,
      policy: 'images:write',
      summary:
        kind === 'images'
          ? 'Say whether a picture is kept; one that is not leaves the cache'
          : 'Say whether all pictures of a request are kept',
      body: feedbackBody,
      answers: ['application/json'],
      handler: (request) => give(request, kind, context),
    }),
    defineRoute({
      method: 'POST',
      url: `/v1/${kind}/:id/performance`,
      policy: 'images:write',
      summary:
        kind === 'images'
          ? 'Say how a picture does where it is used, beside what is usual there'
          : 'Say how all pictures of a request do where they are used',
      body: performanceBody,
      answers: ['application/json'],
      handler: (request) => measure(request, kind, context),
    }),
  ])

/** The id of the path, which must be one of its kind. */
function subjectOf(request: FastifyRequest, kind: Kind): string {
  const { id } = request.params as { readonly id: string }
  if (!isId(kind === 'images' ? 'img' : 'req', id)) throw unknownThing(kind.slice(0, -1), id)
  return id
}

async function measure(
  request: FastifyRequest,
  kind: Kind,
  { gateway }: HttpContext,
): Promise<JsonObject> {
  const { value, baseline } = readBody(performanceBody, request)
  const { tenant } = callerOf(request)
  const given = { subject: subjectOf(request, kind), tenant, value, baseline }
  const images = await takeFigure(given, gateway.deps)
  const above = value >= baseline
  const data = images.map(({ id, requestId }) => ({ image_id: id, request_id: requestId, above }))
  return { object: 'performance', data }
}

async function give(
  request: FastifyRequest,
  kind: Kind,
  context: HttpContext,
): Promise<JsonObject> {
  const { accepted, score, reason, rater } = readBody(feedbackBody, request)
  const { tenant, keyId } = callerOf(request)
  const subject = subjectOf(request, kind)
  const given = { subject, tenant, rater: rater ?? keyId, isAccepted: accepted }
  const verdicts = await takeVerdict(
    {
      ...given,
      ...(score == null ? {} : { score }),
      ...(reason == null ? {} : { reason }),
    },
    context.gateway.deps,
  )
  return { object: 'feedback', data: verdicts.map(printVerdict) }
}
