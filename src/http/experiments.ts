import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { requestLimits } from '../core/request/limits.ts'
import {
  type GivenExperiment,
  printExperiment,
  showExperiment,
  startExperiment,
  stopExperiment,
  USUAL_SHARE,
} from '../gateway/experiments.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readBody } from './route.ts'

const label = z.string().min(1).max(requestLimits.maxLabelCharacters)

const experimentBody = z.strictObject({
  purpose: label,
  category: label.nullish().describe('For all categories without it'),
  a: label.describe('provider/model'),
  b: label.describe('provider/model'),
  share: z
    .number()
    .positive()
    .max(1)
    .default(USUAL_SHARE)
    .describe('Share of the requests that takes part, half for each offer'),
})

const shared = { policy: 'admin', answers: ['application/json'] } as const

/** Two offers compared on the requests of a purpose. */
export const experimentRoutes = ({ gateway }: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    ...shared,
    method: 'GET',
    url: '/v1/route/experiments',
    summary: 'Experiments between offers, those that were stopped as well',
    handler: async () => {
      const experiments = await gateway.deps.stores.experiments.list()
      return { object: 'list', data: experiments.map(printExperiment) }
    },
  }),
  defineRoute({
    ...shared,
    method: 'POST',
    url: '/v1/route/experiments',
    summary: 'Compare two offers on requests of one purpose; it changes no route by itself',
    body: experimentBody,
    handler: async (request) => {
      const given = toGiven(readBody(experimentBody, request))
      return printExperiment(await startExperiment(given, gateway.deps))
    },
  }),
  defineRoute({
    ...shared,
    method: 'GET',
    url: '/v1/route/experiments/:id',
    summary: 'How an experiment stands; it may be asked at any time without erring more often',
    handler: (request) => showExperiment(idOf(request), gateway.deps),
  }),
  defineRoute({
    ...shared,
    method: 'DELETE',
    url: '/v1/route/experiments/:id',
    summary: 'Stop an experiment; what was counted stays',
    handler: (request) => stopExperiment(idOf(request), gateway.deps),
  }),
]

const idOf = (request: FastifyRequest): string => (request.params as { readonly id: string }).id

const toGiven = ({ category, ...given }: z.infer<typeof experimentBody>): GivenExperiment => ({
  ...given,
  ...(category == null ? {} : { category }),
})
