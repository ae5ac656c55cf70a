import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalid } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import { changedRights, keyRightsSchema, printKey } from '../core/ledger/key-rights.ts'
import type { VirtualKey } from '../core/ledger/virtual-key.ts'
import { createKey, rotateKey } from '../gateway/key-ring.ts'
import { slipsOfRights } from '../gateway/name-slips.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { HttpContext } from './context.ts'
import { unknownThing } from './find-image.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'

const MAX_PAGE = 1_000

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  after: z.string().max(64).optional().describe('Id of the last key that was seen'),
})

const createBody = keyRightsSchema.extend({
  name: z.string().min(1).max(256).describe('Whom or what it is for'),
  tenant: z
    .string()
    .min(1)
    .max(256)
    .default('default')
    .describe('Whose pictures and receipts it sees'),
})

/** A day is long enough to change over, and no secret lives on for long that somebody has seen. */
const DEFAULT_GRACE_S = 86_400
const MAX_GRACE_S = 30 * 86_400

const rotateBody = z.strictObject({
  grace_s: z
    .number()
    .int()
    .min(0)
    .max(MAX_GRACE_S)
    .default(DEFAULT_GRACE_S)
    .describe('Seconds for which the secret before it is good; 0 for one that was stolen'),
})

/** Keys that callers use, for operators. A secret is in one answer and never again. */
export const keyRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  ...readingRoutes(context),
  ...makingRoutes(context),
  ...changingRoutes(context),
]

function readingRoutes({ gateway }: HttpContext): readonly RouteDefinition[] {
  const { keys } = gateway.deps.stores
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/keys',
      policy: 'admin',
      summary: 'Keys in the order they were made, without their secrets',
      query: listQuery,
      answers: ['application/json'],
      handler: async (request) => {
        const { limit, after } = readWith(listQuery, request.query)
        const all = await keys.list()
        const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
        const data = all.slice(from, from + limit).map(printKey)
        return { object: 'list', data, has_more: from + limit < all.length }
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/keys/:id',
      policy: 'admin',
      summary: 'A key, without its secret',
      answers: ['application/json'],
      handler: async (request) => printKey(await knownKey(request, keys)),
    }),
  ]
}

function makingRoutes({ gateway }: HttpContext): readonly RouteDefinition[] {
  const { clock, random, sha256, stores } = gateway.deps
  const parts = { keys: stores.keys, clock, random, sha256 }
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/keys',
      policy: 'admin',
      summary: 'Make a key; its secret is in this answer only',
      body: createBody,
      answers: ['application/json'],
      handler: async (request) => {
        const { tenant, ...body } = readBody(createBody, request)
        refusePast(body.expires_at, clock.now())
        const made = await createKey({ ...changedRights(body), tenant }, parts)
        const warnings = slipsOfRights(made.key, gateway.deps)
        return { ...printKey(made.key), secret: made.secret, warnings }
      },
    }),
    defineRoute({
      method: 'POST',
      url: '/v1/keys/:id/rotate',
      policy: 'admin',
      summary: 'Give a key a new secret; it stays the same key, and the old secret ends later',
      body: rotateBody,
      answers: ['application/json'],
      handler: async (request) => {
        const { grace_s } = readBody(rotateBody, request)
        const { id } = await knownKey(request, stores.keys)
        const made = await rotateKey(id, grace_s * 1_000, parts)
        if (made === undefined) throw unknownThing('active key', id)
        return { ...printKey(made.key), secret: made.secret }
      },
    }),
  ]
}

function changingRoutes({ gateway }: HttpContext): readonly RouteDefinition[] {
  const { clock, stores } = gateway.deps
  const { keys } = stores
  const changed = async (request: FastifyRequest, isDone: boolean) => {
    if (!isDone) throw unknownThing('active key', idOf(request))
    return printKey(await knownKey(request, keys))
  }
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/keys/:id',
      policy: 'admin',
      summary: 'Change what a key may do; what is not said stays, null takes a restriction away',
      body: keyRightsSchema,
      answers: ['application/json'],
      handler: async (request) => {
        const body = readBody(keyRightsSchema, request)
        refusePast(body.expires_at, clock.now())
        const before = await knownKey(request, keys)
        return changed(request, await keys.update(before.id, changedRights(body, before)))
      },
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/keys/:id',
      policy: 'admin',
      summary: 'Revoke a key; every process refuses it within a second',
      answers: ['application/json'],
      handler: async (request) => {
        const { id } = await knownKey(request, keys)
        return changed(request, await keys.revoke(id, clock.now()))
      },
    }),
  ]
}

async function knownKey(request: FastifyRequest, keys: KeyStore): Promise<VirtualKey> {
  const id = idOf(request)
  const key = isId('key', id) ? await keys.byId(id) : undefined
  if (key === undefined) throw unknownThing('key', id)
  return key
}

const idOf = (request: FastifyRequest): string => (request.params as { readonly id: string }).id

/** A key that is dead before it was ever used is a mistake of the date. */
function refusePast(expiresAt: string | null | undefined, now: number): void {
  if (expiresAt === undefined || expiresAt === null || Date.parse(expiresAt) > now) return
  throw invalid('expires_at', 'expires_at is in the past.')
}
