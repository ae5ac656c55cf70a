import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { makeId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { type Destination, destinationLimits, OPERATOR } from '../core/notices/destination.ts'
import { isPattern } from '../core/notices/notice.ts'
import type { Dependencies } from './dependencies.ts'

/** Who sets up destinations: a tenant its own, an operator those of the operator as well. */
export interface DestinationOwner {
  readonly tenant: string
  readonly isAdmin: boolean
}

type Parts = Pick<Dependencies, 'notices' | 'clock' | 'random'>

/** A destination and its secret, which is shown this once. */
export interface MadeDestination {
  readonly destination: Destination
  readonly secret: string
}

/** Whose destinations and deliveries somebody sees. */
export const ownersOf = ({ tenant, isAdmin }: DestinationOwner): readonly string[] =>
  isAdmin ? [...new Set([tenant, OPERATOR])] : [tenant].filter((name) => name !== OPERATOR)

/** The destinations that somebody may see. */
export async function listDestinations(
  owner: DestinationOwner,
  { notices }: Parts,
): Promise<readonly Destination[]> {
  await notices.refresh()
  const owners = ownersOf(owner)
  return notices.destinations.filter(({ tenant }) => owners.includes(tenant))
}

/** @throws GatewayError `not_found`, for another tenant's destination as for none. */
export async function findDestination(
  id: string,
  owner: DestinationOwner,
  parts: Parts,
): Promise<Destination> {
  const found = (await listDestinations(owner, parts)).find((each) => each.id === id)
  if (found !== undefined) return found
  throw new GatewayError('not_found', `There is no webhook ${id.slice(0, 60)}.`)
}

/**
 * Makes a webhook.
 * @throws GatewayError naming what is wrong with it.
 */
export async function addWebhook(
  wanted: { readonly url: string; readonly events: readonly string[]; readonly isForAll: boolean },
  owner: DestinationOwner,
  parts: Parts,
): Promise<MadeDestination> {
  const { notices, clock, random } = parts
  const { url, events, isForAll } = wanted
  if (isForAll && !owner.isAdmin) {
    throw new GatewayError('permission_denied', 'all_tenants needs a key with the scope admin.')
  }
  notices.checkUrl('url', url)
  checkEvents(events)
  const tenant = isForAll ? OPERATOR : owner.tenant
  await notices.refresh()
  const own = notices.destinations.filter((each) => each.tenant === tenant)
  if (own.length >= destinationLimits.maxOfTenant) {
    const { maxOfTenant } = destinationLimits
    throw invalid('url', `There are ${maxOfTenant} webhooks already; remove one first.`)
  }
  const now = clock.now()
  const destination: Destination = {
    id: makeId('whk', random.bytes(16), now),
    ...{ tenant, kind: 'webhook', url, events, source: 'api', generation: 1, createdAt: now },
  }
  await put(destination, parts)
  return { destination, secret: newestSecret(destination, parts) }
}

/** @throws GatewayError naming the filter that lets nothing pass. */
function checkEvents(events: readonly string[]): void {
  const unknown = events.find((pattern) => !isPattern(pattern))
  if (unknown === undefined) return
  const known = 'image.completed, image.*, alert.*, or * for all'
  throw invalid('events', `events: ${unknown.slice(0, 60)} is no event; such as ${known}.`)
}

/** What may be changed of a webhook. */
export interface WebhookChanges {
  readonly url?: string
  readonly events?: readonly string[]
  readonly isEnabled?: boolean
}

/** Changes a webhook. @throws GatewayError like {@link addWebhook}. */
export async function changeWebhook(
  destination: Destination,
  { url, events, isEnabled }: WebhookChanges,
  parts: Parts,
): Promise<Destination> {
  if (destination.source === 'settings' && (url !== undefined || events !== undefined)) {
    throw invalid(
      url === undefined ? 'events' : 'url',
      'It stands in the settings; change it there.',
    )
  }
  if (url !== undefined) parts.notices.checkUrl('url', url)
  if (events !== undefined) checkEvents(events)
  const { disabledAt, disabledReason, ...enabled } = {
    ...destination,
    ...(url === undefined ? {} : { url }),
    ...(events === undefined ? {} : { events }),
  }
  const kept = disabledAt === undefined ? {} : { disabledAt, disabledReason }
  const asked = { disabledAt: parts.clock.now(), disabledReason: 'asked' } as const
  const state = isEnabled === undefined ? kept : isEnabled ? {} : asked
  const changed = { ...enabled, ...state } as Destination
  await put(changed, parts)
  return changed
}

/**
 * Gives a webhook another secret; for a while the one before signs as well.
 * @throws GatewayError when it stands in the settings.
 */
export async function rotateSecret(
  destination: Destination,
  overlapMs: number,
  parts: Parts,
): Promise<MadeDestination> {
  refuseSettings(destination)
  const { generation, rotatedUntil: _, ...rest } = destination
  const overlap = overlapMs > 0 ? { rotatedUntil: parts.clock.now() + overlapMs } : {}
  const rotated: Destination = { ...rest, generation: generation + 1, ...overlap }
  await put(rotated, parts)
  return { destination: rotated, secret: newestSecret(rotated, parts) }
}

/** @throws GatewayError when it stands in the settings. */
export async function removeWebhook(destination: Destination, { notices }: Parts): Promise<void> {
  refuseSettings(destination)
  await notices.store.removeDestination(destination.id)
  await notices.refresh()
}

function refuseSettings({ source }: Destination): void {
  if (source === 'settings') throw invalid('id', 'It stands in the settings; change it there.')
}

async function put(destination: Destination, { notices }: Parts): Promise<void> {
  await notices.store.putDestination(destination)
  await notices.refresh()
}

const newestSecret = (destination: Destination, { notices, clock }: Parts): string =>
  notices.secrets.of(destination, clock.now())[0] ?? ''

/**
 * Begins a delivery anew.
 * @throws GatewayError `not_found`, for another tenant's as for none; 400 while it is being sent.
 */
export async function replay(
  id: string,
  owner: DestinationOwner,
  { notices, clock }: Parts,
): Promise<void> {
  const found = await notices.store.delivery(id)
  if (found === undefined || !ownersOf(owner).includes(found.owner)) {
    throw new GatewayError('not_found', `There is no delivery ${id.slice(0, 60)}.`)
  }
  if (!(await notices.store.replayDelivery(id, clock.now()))) {
    throw invalid('id', 'It is being sent right now; look at it again in a minute.')
  }
  notices.wake()
}

const iso = (instant: number | undefined): string | null =>
  instant === undefined ? null : new Date(instant).toISOString()

/** A destination for callers. */
export const printDestination = (destination: Destination): JsonObject => ({
  id: destination.id,
  object: 'webhook',
  kind: destination.kind,
  url: destination.url,
  events: destination.events,
  least_severity: destination.leastSeverity ?? null,
  all_tenants: destination.tenant === OPERATOR,
  source: destination.source,
  enabled: destination.disabledAt === undefined,
  disabled_at: iso(destination.disabledAt),
  disabled_reason: destination.disabledReason ?? null,
  previous_secret_until: iso(destination.rotatedUntil),
  created_at: iso(destination.createdAt),
})
