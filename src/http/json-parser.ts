import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../core/errors/gateway-error.ts'

/**
 * Reads JSON bodies with Fastify's own parser, after a look at the bytes: read as text at once,
 * those that are no UTF-8 would become question marks in a prompt that nobody wrote.
 */
export function addJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // Many clients name a type with every request; here a deletion has nothing to say.
    if (body.length === 0 && request.method === 'DELETE') return done(null, undefined)
    if (isUtf8(body as Buffer)) return parse(request, body.toString('utf8'), done)
    done(new GatewayError('invalid_json', 'The body is not UTF-8.'))
  })
}
