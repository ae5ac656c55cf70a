import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Verdict, verdictLimits } from '../core/feedback/verdict.ts'
import { isId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { takeVerdict } from '../gateway/feedback-desk.ts'
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

/** What people think of pictures: what cost per accepted picture is made of. */
export const feedbackRoutes = (context: HttpContext): readonly RouteDefinition[] =>
  (['images', 'requests'] as const).map((kind) =>
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
  )

async function give(
  request: FastifyRequest,
  kind: 'images' | 'requests',
  context: HttpContext,
): Promise<JsonObject> {
  const { id } = request.params as { readonly id: string }
  const { accepted, score, reason, rater } = readBody(feedbackBody, request)
  const { tenant, keyId } = callerOf(request)
  if (!isId(kind === 'images' ? 'img' : 'req', id)) throw unknownThing(kind.slice(0, -1), id)
  const given = { subject: id, tenant, rater: rater ?? keyId, isAccepted: accepted }
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

const printVerdict = (verdict: Verdict): JsonObject => ({
  image_id: verdict.imageId,
  request_id: verdict.requestId,
  accepted: verdict.isAccepted,
  score: verdict.score ?? null,
  reason: verdict.reason ?? null,
  rater: verdict.rater,
  created_at: Math.floor(verdict.at / 1_000),
})
