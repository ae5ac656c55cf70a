import { z } from 'zod'
import { requestLimits } from '../core/request/limits.ts'
import { reportGates, USUAL_MAX_BAD } from '../gateway/gate-report.ts'
import { callerOf } from './auth.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'

const gateQuery = z.strictObject({
  purpose: z.string().min(1).max(requestLimits.maxLabelCharacters).optional(),
  max_bad: z.coerce
    .number()
    .gt(0)
    .lt(1)
    .default(USUAL_MAX_BAD)
    .describe('Share of bad pictures among those that pass which a promised threshold may risk'),
})

/** How the gates of purposes do. */
export const gateRoutes = ({ gateway }: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/gates',
    policy: 'admin',
    summary: 'How often gates err, whether they look now, and which thresholds keep a promise',
    query: gateQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { purpose, max_bad: maxBad } = readWith(gateQuery, request.query)
      const data = await reportGates({ purpose, maxBad }, callerOf(request), gateway.deps)
      return { object: 'list', data }
    },
  }),
]
