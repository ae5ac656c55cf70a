import type { FastifyRequest } from 'fastify'
import type { ErrorCode } from '../core/errors/catalogue.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { DeliveryResult } from '../gateway/delivery-result.ts'
import { receiveDelivery } from '../gateway/receive-delivery.ts'
import type { ReportedCall } from '../ports/webhook-addresses.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition } from './route.ts'

/**
 * Largest delivery: Replicate's repeat the input, which may hold 17 pictures of 256 KiB as base64
 * (replicate.com/docs/topics/webhooks).
 */
const MAX_BYTES = 8 * 1024 * 1024

/** Deliveries that are answered with an error, and with which; all others are good news. */
const refusals: { readonly [Result in DeliveryResult]?: readonly [ErrorCode, string] } = {
  bad_signature: ['invalid_signature', 'The signature of this delivery is not right.'],
  unknown: ['not_found', 'There is no such call.'],
  unavailable: ['no_provider_available', 'The delivery cannot be taken now.'],
}

/** The call that an address names. */
function callOf({ params }: FastifyRequest): ReportedCall {
  const { provider, attempt } = params as Readonly<Record<string, string>>
  return { provider: provider ?? '', attemptId: attempt ?? '' }
}

/**
 * Refuses an address that we did not make, as if there was nothing: before the body is read.
 * @throws GatewayError `not_found`
 */
export function assertOurAddress(request: FastifyRequest, { gateway }: HttpContext): void {
  const { token } = request.query as { readonly token?: unknown }
  const { deps } = gateway
  if (typeof token === 'string' && deps.webhooks.isGenuine(callOf(request), token)) return
  deps.emit({ kind: 'delivery-received', provider: 'unknown', result: 'unknown' })
  const path = request.url.split('?', 1)[0] ?? ''
  throw new GatewayError('not_found', `There is nothing at ${path.slice(0, 200)}.`)
}

/** Where providers report the ends of their jobs. The address is the key; the body is signed. */
export const providerWebhookRoute = (context: HttpContext): RouteDefinition =>
  defineRoute({
    method: 'POST',
    url: '/v1/provider-webhooks/:provider/:attempt',
    policy: 'provider-signed',
    summary: 'A provider reports the end of a job',
    answers: ['application/json'],
    bodyLimit: MAX_BYTES,
    takesRawBody: true,
    handler: async (request) => {
      const delivery = { headers: headersOf(request), body: request.body as Uint8Array }
      const result = await receiveDelivery(callOf(request), delivery, context.gateway.deps)
      const refusal = refusals[result]
      if (refusal !== undefined) throw new GatewayError(...refusal)
      return { status: 'ok' }
    },
  })

/** Headers of which there is one each; a signature that comes twice is none. */
const headersOf = ({ headers }: FastifyRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  )
