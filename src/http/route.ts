import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { ZodObject, type ZodType } from 'zod'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { flawOfInput } from '../core/errors/input-flaw.ts'
import type { Policy } from './context.ts'

/**
 * One route: what it is for, who may call it, what it takes. The OpenAPI description is made of
 * these.
 */
export interface RouteDefinition {
  readonly method: Extract<HTTPMethods, 'GET' | 'POST' | 'DELETE'>
  /** Fastify's spelling: `/v1/images/:id`. */
  readonly url: string
  readonly policy: Policy
  readonly summary: string
  /** Schema of a JSON body; it is parsed by the handler with {@link readBody}. */
  readonly body?: ZodType
  /** Whether multipart/form-data is taken as well. */
  readonly multipart?: boolean
  /** Whether the handler gets the bytes of the body, whatever they are: what is signed. */
  readonly takesRawBody?: boolean
  readonly query?: ZodType
  /** Headers that it takes beside ours; read by the handler. */
  readonly headers?: ZodType
  /** What a success answers with; `text/event-stream` and images beside JSON are named here. */
  readonly answers: readonly string[]
  /** Whether `Prefer: respond-async` is answered by 202 and a job. */
  readonly answersLater?: boolean
  /** Largest body in bytes; Fastify's default of 1 MiB otherwise. */
  readonly bodyLimit?: number
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
}

/** Declares a route; gives it its type and nothing else. */
export const defineRoute = (definition: RouteDefinition): RouteDefinition => definition

/** Adds routes to the server, each with its policy. */
export function addRoutes(app: FastifyInstance, routes: readonly RouteDefinition[]): void {
  for (const route of routes) {
    if (route.takesRawBody === true) app.register(async (scope) => addRawRoute(scope, route))
    else addRoute(app, route)
  }
}

function addRoute(
  app: FastifyInstance,
  { method, url, policy, handler, bodyLimit }: RouteDefinition,
): void {
  app.route({
    method,
    url,
    handler,
    config: { policy },
    ...(method === 'DELETE' ? { preHandler: refuseBody } : {}),
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
  })
}

/** Dropped, what stands in a body would let a deletion take more than was meant. */
async function refuseBody({ body }: FastifyRequest): Promise<void> {
  if (body == null || Object.keys(Object(body)).length === 0) return
  const message = 'A deletion takes no body; what is to go stands in path and query.'
  throw new GatewayError('invalid_request', message)
}

/** @param scope a part of the server of its own: what parses bodies there holds nowhere else. */
function addRawRoute(scope: FastifyInstance, route: RouteDefinition): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  addRoute(scope, route)
}

/**
 * Reads a value with a schema.
 * @throws GatewayError naming the first parameter that is wrong.
 */
export function readWith<Output>(schema: ZodType<Output>, value: unknown): Output {
  const result = parse(schema, value)
  if (result.success) return result.data
  const { param, message, isUnknown } = flawOfInput(result.error, value)
  if (isUnknown) {
    const message = `${param} is not a parameter of this route.${fewNames(schema, param)}`
    throw new GatewayError('unsupported_parameter', message, { param })
  }
  if (param === '') throw new GatewayError('invalid_json', 'The body must be a JSON object.')
  throw invalid(param, `${message}.`)
}

/** More names than these are looked up in the documents. */
const MOST_NAMES = 8

/** What a small body takes, for those who misspelt one of its members. */
function fewNames(schema: ZodType, param: string): string {
  if (!(schema instanceof ZodObject) || param.includes('.')) return ''
  const names = Object.keys(schema.shape)
  return names.length === 0 || names.length > MOST_NAMES ? '' : ` It takes ${names.join(', ')}.`
}

/** Values nested thousands deep exhaust the stack of any recursive reader. */
function parse<Output>(schema: ZodType<Output>, value: unknown) {
  try {
    return schema.safeParse(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GatewayError('invalid_request', 'The body is nested too deeply.', { cause: error })
  }
}

/**
 * Reads a JSON body.
 * @throws GatewayError when there is none or it does not match.
 */
export function readBody<Output>(schema: ZodType<Output>, request: FastifyRequest): Output {
  if (request.isMultipart()) {
    const message = 'This route takes application/json, not multipart/form-data.'
    throw new GatewayError('unsupported_media_type', message)
  }
  return readWith(schema, request.body)
}
