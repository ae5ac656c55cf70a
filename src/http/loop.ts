import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { gatewaysIn, isLoop, viaOf } from '../core/request/via.ts'

const gatewaysOf = ({ headers }: FastifyRequest): readonly string[] =>
  // Node joins repeated ones, whatever its types say.
  gatewaysIn(String(headers.via ?? ''))

/** Refuses requests that this gateway sent itself, before anything is done for them. */
export function addLoopCheck(app: FastifyInstance, instance: string): void {
  app.addHook('onRequest', async (request) => {
    const gateways = gatewaysOf(request)
    if (!isLoop(gateways, instance)) return
    const way = gateways.map((name) => `keeprate-${name}`).join(', ')
    throw new GatewayError('loop_detected', `The request goes round in circles: ${way}.`)
  })
}

/** The gateways that a request came through, to be named to the next one. */
export function throughOf(request: FastifyRequest): { readonly via?: string } {
  const gateways = gatewaysOf(request)
  return gateways.length === 0 ? {} : { via: gateways.map(viaOf).join(', ') }
}
