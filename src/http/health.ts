import type { HttpContext } from './context.ts'
import { errorPage } from './error-page.ts'
import { baseUrlOf } from './errors.ts'
import { homePage } from './home-page.ts'
import { describeApi } from './openapi.ts'
import { PAGE_HEADERS } from './page.ts'
import { defineRoute, type RouteDefinition } from './route.ts'

/** Health, metrics, the description of the API, and the static pages. */
export const healthRoutes = (
  context: HttpContext,
  routes: () => readonly RouteDefinition[],
): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/livez',
    policy: 'public',
    summary: 'The process lives',
    answers: ['application/json'],
    handler: async () => ({ status: 'ok' }),
  }),
  defineRoute({
    method: 'GET',
    url: '/readyz',
    policy: 'public',
    summary: 'Requests are accepted: recovery was begun, database and store answer',
    answers: ['application/json'],
    handler: async (_request, reply) => {
      const problem = await findProblem(context)
      if (problem === undefined) return { status: 'ok', ...degraded(context) }
      return reply.status(503).send({ status: 'unavailable', problem })
    },
  }),
  defineRoute({
    method: 'GET',
    url: '/metrics',
    policy: context.isLocal ? 'public' : 'admin',
    summary: 'Prometheus metrics',
    answers: ['text/plain'],
    handler: async (_request, reply) =>
      reply.header('content-type', context.metrics.contentType).send(await context.metrics.print()),
  }),
  defineRoute({
    method: 'GET',
    url: '/openapi.json',
    policy: 'public',
    summary: 'This description',
    answers: ['application/json'],
    handler: async () => describeApi(routes(), context.version),
  }),
  defineRoute({
    method: 'GET',
    url: '/docs/errors',
    policy: 'public',
    summary: 'Every error code, and what to do about it',
    answers: ['text/html'],
    handler: async (_request, reply) => reply.headers(PAGE_HEADERS).send(errorPage()),
  }),
  defineRoute({
    method: 'GET',
    url: '/',
    policy: 'public',
    summary: 'A page with links',
    answers: ['text/html'],
    handler: async (request, reply) =>
      reply.headers(PAGE_HEADERS).send(
        homePage({
          baseUrl: context.publicUrl ?? baseUrlOf(request),
          version: context.version,
          isSandbox: context.isSandbox,
        }),
      ),
  }),
]

/** What is worse than it should be, while requests are served all the same. */
const degraded = ({ gateway }: HttpContext): { readonly degraded?: readonly string[] } =>
  gateway.deps.limiter?.isAway === true
    ? { degraded: ['Redis is away: each process counts its own share of the limits of keys'] }
    : {}

async function findProblem({ gateway }: HttpContext): Promise<string | undefined> {
  if (!gateway.isAccepting) return 'shutting down'
  try {
    await gateway.deps.stores.check()
  } catch {
    return 'the database does not answer'
  }
  try {
    await gateway.deps.images.check()
  } catch {
    return 'the image store cannot be written'
  }
  return undefined
}
