import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ErrorSender } from './errors.ts'
import type { RouteDefinition } from './route.ts'

/** Refuses what leads nowhere, with what was probably meant. */
export function addNowhere(
  app: FastifyInstance,
  routes: readonly RouteDefinition[],
  sendError: ErrorSender,
): void {
  const literal = new Set(routes.map(({ url }) => url).filter((url) => !/[:*]/.test(url)))
  // `GET /v1/images/generations` would else be the search for a picture of that name.
  app.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request.url)
    if (!literal.has(path) || request.routeOptions.url === path) return
    reply.header('allow', methodsOf(routes.filter(({ url }) => url === path)))
    throw notAllowed(request.method, path)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url)
    const others = routes.filter(
      ({ method, url }) => method !== request.method && matches(url, path),
    )
    if (others.length === 0) {
      sendError(nothingAt(path, routes), request, reply)
      return
    }
    reply.header('allow', methodsOf(others))
    sendError(notAllowed(request.method, path), request, reply)
  })
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? ''

const shown = (path: string): string => path.slice(0, 200)

const methodsOf = (routes: readonly RouteDefinition[]): string => {
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set(methods)].join(', ')
}

const notAllowed = (method: string, path: string): GatewayError =>
  new GatewayError('method_not_allowed', `${method} is not a method of ${shown(path)}.`)

/** A base URL without `/v1`, or with two of them, is the first mistake that clients make. */
function nothingAt(path: string, routes: readonly RouteDefinition[]): GatewayError {
  const meant = path.startsWith('/v1/v1/') ? path.slice('/v1'.length) : `/v1${path}`
  const hint = routes.some(({ url }) => matches(url, meant))
    ? `; ${shown(meant)} is here: the base URL of clients ends in one /v1`
    : ''
  return new GatewayError('not_found', `There is nothing at ${shown(path)}${hint}.`)
}

/** Whether a path belongs to a route's pattern, whatever the method. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const actual = path.split('/')
  if (wanted.at(-1) === '*') return path.startsWith(pattern.slice(0, -1))
  return (
    wanted.length === actual.length &&
    wanted.every((part, index) => part.startsWith(':') || part === actual[index])
  )
}
