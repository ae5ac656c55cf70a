import { resolve } from 'node:path'
import { createBillsSource } from '../adapters/price-sources/bills-source.ts'
import { createLitellmSource } from '../adapters/price-sources/litellm-source.ts'
import { createOpenAIModelsSource } from '../adapters/price-sources/openai-models-source.ts'
import { createOpenRouterSource } from '../adapters/price-sources/openrouter-source.ts'
import { createOwnFileSource } from '../adapters/price-sources/own-file-source.ts'
import { createOwnSource } from '../adapters/price-sources/own-source.ts'
import { type SignatureRule, toPublicKey } from '../adapters/price-sources/signature.ts'
import { slotKey, slotOf } from '../core/pricebook/feed/feed-entry.ts'
import { makeOfferNames } from '../core/pricebook/feed/readers/offer-names.ts'
import { dayOf, parseDuration } from '../core/time.ts'
import type { PriceDesk } from '../gateway/price-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { PriceSource } from '../ports/price-source.ts'
import type { PriceStore } from '../ports/price-store.ts'
import { ConfigError } from './config-error.ts'
import type { FeedSettings } from './feed-schema.ts'
import type { Settings } from './schema.ts'

/** Bills older than this say nothing about today's prices. */
const BILL_DAYS = 30
const DAY_MS = 86_400_000

/** What price sources are made of. */
export interface PriceSourceParts {
  readonly http: HttpClient
  readonly clock: Clock
  readonly desk: PriceDesk
  readonly store: PriceStore
  /** Folder that relative file names start from. */
  readonly folder: string
}

/**
 * The sources of the settings, and what is learned from bills, which needs no setting.
 * @throws ConfigError for a source that lacks what it needs.
 */
export function createPriceSources(
  settings: Pick<Settings, 'priceFeeds' | 'providers'>,
  parts: PriceSourceParts,
): readonly PriceSource[] {
  const sources = settings.priceFeeds.map((feed) => createSource(feed, settings, parts))
  const all = [...sources, billsSource(parts)]
  const ids = all.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new ConfigError([`prices.feeds: ${twice} stands twice`])
  return all
}

function billsSource({ clock, store, desk }: PriceSourceParts): PriceSource {
  return createBillsSource({
    clock,
    tallies: () => store.bills(dayOf(clock.now() - BILL_DAYS * DAY_MS)),
    inForce: () => {
      const learned = (desk.layers().feed ?? []).filter(({ name }) => name === 'learned-from-bills')
      return new Set(learned.flatMap(({ rows }) => rows.map((row) => slotKey(slotOf(row)))))
    },
  })
}

function createSource(
  feed: FeedSettings,
  settings: Pick<Settings, 'providers'>,
  parts: PriceSourceParts,
): PriceSource {
  const { http, clock, desk } = parts
  const isPrivate = feed.allow_private === true && feed.url !== undefined
  const shared = {
    http,
    clock,
    names: () => makeOfferNames(desk.snapshot().catalog.models),
    ...everyMs(feed),
    ...(feed.url === undefined ? {} : { url: feed.url }),
    ...(isPrivate ? { privateOrigins: [new URL(feed.url ?? '').origin] } : {}),
  }
  switch (feed.kind) {
    case 'litellm':
      return createLitellmSource(shared)
    case 'openrouter':
      return createOpenRouterSource(shared)
    case 'openai-models': {
      const apiKey = settings.providers.openai?.apiKey
      if (apiKey !== undefined) return createOpenAIModelsSource({ ...shared, apiKey })
      const problem = 'prices.feeds: openai-models needs the key of the provider openai'
      throw new ConfigError([problem])
    }
    case 'own':
      return ownSource(feed, parts)
  }
}

function ownSource(
  feed: Extract<FeedSettings, { kind: 'own' }>,
  { http, clock, folder }: PriceSourceParts,
): PriceSource {
  const { id, trust = 'vendor', url, file } = feed
  if (feed.public_key !== undefined) refuseOtherKeys(id, feed.public_key)
  const shared = { id, clock, trust, signature: signatureOf(feed), ...everyMs(feed) }
  if (file !== undefined) return createOwnFileSource({ ...shared, path: resolve(folder, file) })
  const address = url ?? ''
  const privateOrigins = feed.allow_private === true ? [new URL(address).origin] : []
  return createOwnSource({ ...shared, http, url: address, privateOrigins })
}

function refuseOtherKeys(id: string, publicKey: string): void {
  try {
    toPublicKey(publicKey)
  } catch {
    const form = 'PEM, or its 32 bytes in base64'
    throw new ConfigError([`prices.feeds: ${id}: public_key is no Ed25519 key: ${form}`])
  }
}

function signatureOf({
  secret,
  public_key: publicKey,
}: Extract<FeedSettings, { kind: 'own' }>): SignatureRule {
  if (secret !== undefined) return { kind: 'hmac-sha256', secret }
  return publicKey === undefined ? { kind: 'none' } : { kind: 'ed25519', publicKey }
}

const everyMs = ({ every }: FeedSettings): { readonly everyMs?: number } => {
  const milliseconds = every === undefined ? undefined : parseDuration(String(every))
  return milliseconds === undefined ? {} : { everyMs: milliseconds }
}
