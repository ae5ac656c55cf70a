import { z } from 'zod'
import { type KeyLimits, type KeyRights, scopes, type VirtualKey } from './virtual-key.ts'

/** Limits of what may be said of a key. */
const MAX_CHARACTERS = 256
const MAX_PATTERNS = 100
/** A million a minute is no limit any more. */
const MAX_PER_MINUTE = 1_000_000

const label = z.string().min(1).max(MAX_CHARACTERS)
const patterns = z.array(label).min(1).max(MAX_PATTERNS)
const count = z.number().int().min(1).max(MAX_PER_MINUTE)

const keyLimits = z.strictObject({
  requests_per_minute: count.nullish(),
  images_per_minute: count.nullish(),
  parallel_images: count.nullish(),
  weight: z
    .number()
    .positive()
    .max(1_000)
    .nullish()
    .describe('Its share when keys wait for each other; 1 unless it is given'),
})

const scopeSchema = z.enum(scopes, {
  error: ({ input }) => `${input} is no scope; there are ${scopes.join(', ')}`,
})

/** What the holder of a key may do, as the wire says it; null takes a restriction away. */
export const keyRightsSchema = z.strictObject({
  name: label.optional().describe('Whom or what it is for'),
  scopes: z.array(scopeSchema).min(1).max(scopes.length).optional(),
  team: label.nullish().describe('Its budgets are those of the scope team:<name>'),
  models: patterns.nullish().describe('Models it may use, such as bfl/*; all unless it is given'),
  purposes: patterns.nullish().describe('Purposes it may name; all, and none, unless it is given'),
  limits: keyLimits.nullish(),
  expires_at: z.iso.datetime({ offset: true }).nullish(),
})
/** See {@link keyRightsSchema}. */
export type KeyRightsBody = z.infer<typeof keyRightsSchema>

/** What may be done without saying more: make pictures and look at one's own. */
const DEFAULT_SCOPES = ['images:write', 'images:read', 'models:read'] as const

/** The rights of a key after a change; what is not said stays. */
export function changedRights(
  body: KeyRightsBody,
  before: KeyRights = { name: 'key', scopes: DEFAULT_SCOPES },
): KeyRights {
  const { name = before.name, scopes: wanted = before.scopes, expires_at } = body
  return {
    ...{ name, scopes: wanted },
    team: changed(body.team, before.team),
    models: changed(body.models, before.models),
    purposes: changed(body.purposes, before.purposes),
    limits: body.limits === undefined ? before.limits : toLimits(body.limits, before.limits),
    expiresAt: changed(
      expires_at === undefined || expires_at === null ? expires_at : Date.parse(expires_at),
      before.expiresAt,
    ),
  }
}

function toLimits(
  limits: NonNullable<KeyRightsBody['limits']> | null,
  before: KeyLimits = {},
): KeyLimits | undefined {
  if (limits === null) return undefined
  const all: KeyLimits = {
    requestsPerMinute: changed(limits.requests_per_minute, before.requestsPerMinute),
    imagesPerMinute: changed(limits.images_per_minute, before.imagesPerMinute),
    parallelImages: changed(limits.parallel_images, before.parallelImages),
    weight: changed(limits.weight, before.weight),
  }
  return Object.values(all).every((value) => value === undefined) ? undefined : all
}

/** Not said: as before; null: not any more. */
const changed = <Value>(said: Value | null | undefined, before: Value | undefined) =>
  said === undefined ? before : (said ?? undefined)

const instant = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString()

/** A key as callers see it: of its secret only what tells it apart. */
export const printKey = (key: VirtualKey) => ({
  object: 'key' as const,
  id: key.id,
  name: key.name,
  tenant: key.tenant,
  key: `${key.prefix}…${key.lastFour}`,
  scopes: [...key.scopes],
  team: key.team ?? null,
  models: key.models === undefined ? null : [...key.models],
  purposes: key.purposes === undefined ? null : [...key.purposes],
  limits: {
    requests_per_minute: key.limits?.requestsPerMinute ?? null,
    images_per_minute: key.limits?.imagesPerMinute ?? null,
    parallel_images: key.limits?.parallelImages ?? null,
    weight: key.limits?.weight ?? null,
  },
  created_at: instant(key.createdAt),
  expires_at: instant(key.expiresAt),
  revoked_at: instant(key.revokedAt),
  former_secret_until: instant(key.former?.until),
})
