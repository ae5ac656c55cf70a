import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { allows } from '../core/ledger/virtual-key.ts'
import type { Caller } from '../gateway/dependencies.ts'
import type { KeyRing } from '../gateway/key-ring.ts'

/** Longest key that is looked at. */
const MAX_KEY_CHARACTERS = 512

/**
 * Denies by default: a route without a declared policy stops the server from starting, and a call
 * is let through only by the policy of its route.
 * @param assertOurAddress throws for an address that no provider was given.
 */
export function addAuth(
  app: FastifyInstance,
  keyRing: KeyRing,
  assertOurAddress: (request: FastifyRequest) => void,
): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.policy === undefined) {
      throw new TypeError(`route ${String(route.method)} ${route.url} declares no policy`)
    }
  })
  app.addHook('onRequest', async (request) => {
    const policy = request.routeOptions.config.policy
    if (policy === undefined || policy === 'public') return
    if (policy === 'provider-signed') return assertOurAddress(request)
    if (policy === 'signed' && request.headers.authorization === undefined) return
    const principal = await keyRing.recognise(readKey(request))
    if (principal === undefined) {
      throw new GatewayError('invalid_api_key', 'The API key is not known or was revoked.')
    }
    const scope = policy === 'signed' ? 'images:read' : policy
    if (!allows(principal, scope)) {
      throw new GatewayError('permission_denied', `This key does not have the scope ${scope}.`)
    }
    request.principal = principal
  })
}

function readKey(request: FastifyRequest): string {
  const { authorization } = request.headers
  const match = /^Bearer +(\S+) *$/i.exec(authorization ?? '')
  const key = match?.[1]
  if (key === undefined || key.length > MAX_KEY_CHARACTERS) {
    throw new GatewayError('invalid_api_key', 'No API key was sent.')
  }
  return key
}

/** Who calls; only on routes whose policy asks for a key. */
export function callerOf(request: FastifyRequest): Caller {
  const { principal } = request
  if (principal === undefined) throw new TypeError('this route has no caller')
  const { keyId, tenant, limits } = principal
  return { keyId, tenant, limits }
}
