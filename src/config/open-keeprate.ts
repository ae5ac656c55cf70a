import { hash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { openDatabase } from '../adapters/database/open-database.ts'
import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import { createSharpDecoder } from '../adapters/sharp-decoder/sharp-decoder.ts'
import { systemClock, systemRandom } from '../adapters/system-clock/system-clock.ts'
import {
  createWebhookAddresses,
  type ListeningAddresses,
} from '../adapters/webhook-addresses/webhook-addresses.ts'
import { makePurposes } from '../core/purpose/default-purposes.ts'
import { configureBudgets } from '../gateway/budget-admin.ts'
import { ByteBudget } from '../gateway/byte-budget.ts'
import { createEventHub, type EventHub } from '../gateway/events.ts'
import { GateDesk } from '../gateway/gate-desk.ts'
import { type Gateway, openGateway, type RecoveryOptions } from '../gateway/gateway.ts'
import { KeyRing } from '../gateway/key-ring.ts'
import { defaultLimits, type GatewayLimits } from '../gateway/limits.ts'
import { openPriceDesk, type PriceDesk } from '../gateway/price-desk.ts'
import type { PriceWatch } from '../gateway/price-watch.ts'
import { SecondsDesk } from '../gateway/seconds-desk.ts'
import { Siblings } from '../gateway/siblings.ts'
import type { Traffic } from '../gateway/traffic.ts'
import { WebhookDesk } from '../gateway/webhook-desk.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Provider } from '../ports/provider.ts'
import type { Stores } from '../ports/stores.ts'
import { providers as shippedProviders } from '../providers/registry.generated.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Sandbox } from '../sandbox/server.ts'
import { toAlertRules } from './alert-rules.ts'
import { type BookShelf, openBookShelf, refuseBroken } from './book-shelf.ts'
import { databaseAddress } from './database.ts'
import { fixedKeys } from './fixed-keys.ts'
import type { LinkSigner } from './notice-links.ts'
import { classParts, type OpenedTools, openGateTools } from './open-gates.ts'
import { openLimits } from './open-limits.ts'
import { openNotices } from './open-notices.ts'
import { openSandbox } from './open-sandbox.ts'
import { openTelling } from './open-telling.ts'
import { openTraffic, waitingPrice } from './open-traffic.ts'
import { priceLayers } from './price-layers.ts'
import { type ProviderPlan, planProviders } from './provider-plan.ts'
import { createProviders, livePrices, makeCatalogue, offersOf } from './providers.ts'
import { referencesOf } from './references.ts'
import { toRoutingRules } from './routing-settings.ts'
import type { Settings } from './schema.ts'
import { cacheParts } from './similarity.ts'
import { openStorage } from './storage.ts'
import { watchPrices } from './watch-prices.ts'
import type { World } from './world.ts'

/** Everything that runs in one process, put together. */
export interface Keeprate {
  readonly settings: Settings
  readonly gateway: Gateway
  readonly keyRing: KeyRing
  readonly stores: Stores
  readonly http: HttpClient
  readonly hub: EventHub
  /** Holds the prices in force and replaces them. */
  readonly prices: PriceDesk
  /** Reads price sources and puts what they say in force. */
  readonly watch: PriceWatch
  /** The operator's book files. */
  readonly books: BookShelf
  readonly providers: readonly Provider[]
  /** What gates look with. */
  readonly tools: OpenedTools
  /** Names of the emulated providers. */
  readonly emulated: readonly string[]
  /** Where the emulated providers listen, when this process runs them. */
  readonly sandboxOrigin: string | undefined
  /** Shared by all replicas; signs links to pictures. */
  readonly linkSecret: string
  /** Shared by all replicas; tells a request of our own that comes back to us. */
  readonly instance: string
  /** A server answers here: providers can report to it, and notices link to pictures below it. */
  listensAt(url: string, pathOf: LinkSigner): void
  /** Lets running requests end, then closes everything. */
  close(): Promise<void>
}

const sha256: Sha256 = (data) => hash('sha256', data, 'hex')

/** What may differ between those who open a gateway. */
export interface OpenOptions extends RecoveryOptions {
  /** Where it runs, instead of on this machine and its network. */
  readonly world?: World
  /** Providers to use instead of the shipped ones. */
  readonly definitions?: readonly ProviderDefinition[]
  /** Goes on without price books that cannot be read, to look at what is wrong. */
  readonly toleratesBooks?: boolean
}

/** What has to be closed again. */
interface Outside {
  readonly stores: Stores
  readonly linkSecret: string
  readonly instance: string
  readonly webhookAddresses: ListeningAddresses
  /** Shared by all replicas; signs what they tell others. */
  readonly noticeSecret: string
  /** Name of this process in leases, and where limits are counted. */
  readonly owner: string
  readonly sandbox: Sandbox | undefined
}

/** What is worked out before anything is put together. */
interface Chosen extends Pick<OpenOptions, 'recovers' | 'world'> {
  readonly plan: ProviderPlan
  readonly books: BookShelf
}

/**
 * The composition root: the only place that picks adapters and providers. Opens database and
 * stores, starts the sandbox where it is needed, and the gateway. What fails leaves nothing open.
 */
export async function openKeeprate(
  settings: Settings,
  log: Logger,
  options: OpenOptions = {},
): Promise<Keeprate> {
  mkdirSync(settings.home, { recursive: true })
  const plan = planProviders(options.definitions ?? shippedProviders, settings)
  const books = await openBookShelf({
    paths: settings.priceBooks,
    knownOffers: offersOf(plan.configured.map(({ definition }) => definition)),
    clock: systemClock,
    log,
    pause: nextTurn,
  })
  if (options.toleratesBooks !== true) refuseBroken(books)
  const outside = await openOutside(settings, plan.emulated, options.world)
  try {
    return await assemble(settings, log, { ...options, plan, books }, outside)
  } catch (error) {
    await Promise.all([outside.sandbox?.close(), outside.stores.close()])
    throw error
  }
}

async function openOutside(
  settings: Settings,
  emulated: readonly string[],
  world: World | undefined,
): Promise<Outside> {
  const opened = await openDatabase(databaseAddress(settings))
  const stores = world?.stores(opened) ?? opened
  try {
    const secret = (name: string) =>
      stores.settings.getOrCreate(name, Buffer.from(systemRandom.bytes(32)).toString('base64url'))
    const linkSecret = await secret('link_secret')
    const webhookSecret = await secret('provider_webhook_secret')
    const webhookAddresses = createWebhookAddresses(webhookSecret, settings.publicUrl)
    const noticeSecret = await secret('notice_secret')
    const instance = await stores.settings.getOrCreate('instance_id', randomHex(8))
    const isNeeded = emulated.length > 0 && world === undefined
    const sandbox = isNeeded ? await openSandbox(settings) : undefined
    const owner = `${hostname()}:${process.pid}:${randomHex(6)}`
    return { stores, linkSecret, webhookAddresses, noticeSecret, instance, owner, sandbox }
  } catch (error) {
    await stores.close()
    throw error
  }
}

async function assemble(
  settings: Settings,
  log: Logger,
  options: Chosen,
  outside: Outside,
): Promise<Keeprate> {
  const { plan, books, world } = options
  const { stores, linkSecret, noticeSecret, webhookAddresses, instance, owner, sandbox } = outside
  const { clock, random, http } = world ?? realWorld()
  const sandboxUrl = (kind: string) => (world ?? sandbox)?.baseUrl(kind) ?? ''
  const providers = createProviders(plan, { http, clock, instance, sandboxUrl, sandbox })
  const hub = createEventHub((error) => log.error({ error }, 'an event listener failed'))
  const seconds = new SecondsDesk()
  hub.listen((event) => event.kind === 'attempt-settled' && seconds.take(event.attempt))
  const traffic = openTraffic(settings, hub.emit, clock)
  const prices = openPrices(settings, { providers, books, seconds, traffic, hub })
  const decided = decidedBy(settings)
  const decoder = world?.decoder ?? createSharpDecoder()
  const tools = openGateTools(settings.quality, { http, sandboxUrl })
  const outward = { http, clock, random, log, sha256 }
  const storage = openStorage(settings, outward)
  const isStaying = options.recovers !== false
  const notices = await openNotices(settings, { ...outward, stores, isStaying, root: noticeSecret })
  const counting = openLimits(settings, { clock, log, owner })
  const parts = {
    ...{ snapshot: prices.snapshot, stores, images: world?.images ?? storage.images },
    ...{ ...decided, decoder, clock, random, sha256, log, notices: notices.desk },
    gates: new GateDesk({ ...tools, decoder, clock, sha256, ...referencesOf(settings) }),
    bytes: new ByteBudget(decided.limits, clock),
    siblings: new Siblings(),
    ...cacheParts(settings, { http, sandboxUrl, store: stores.similarPrompts, clock, log }),
    ...classParts(settings, tools, { ...decided, clock, log }),
    webhooks: new WebhookDesk(webhookAddresses),
    traffic,
    emit: hub.emit,
    ...{ owner, limiter: counting.limiter },
  }
  await configureBudgets(settings.budgets, parts)
  const gateway = openGateway(parts, options)
  const stop = new AbortController()
  const drained = isStaying ? storage.drain(stop.signal) : undefined
  const watch = watchPrices(settings, { ...parts, http, hub, desk: prices })
  const told = openTelling(settings, { ...parts, hub, courier: notices.courier }, isStaying)
  books.watch((rows) => watch.replaceBooks(rows), stop.signal)
  await seconds.recall(prices.snapshot(), stores.history, clock.now())
  // A command that ends soon uses what is known and looks at nothing.
  await (isStaying ? watch.start(stop.signal) : watch.follow())
  const keyRing = new KeyRing({ keys: stores.keys, clock, sha256 }, fixedKeys(settings, providers))
  return {
    ...{ settings, gateway, keyRing, stores, http, hub, prices, watch, books, providers, tools },
    emulated: plan.emulated,
    sandboxOrigin: sandbox?.origin,
    linkSecret,
    instance,
    listensAt: (url, pathOf) => {
      webhookAddresses.listensAt(url)
      notices.links.listensAt(url, pathOf)
    },
    close: async () => {
      stop.abort()
      await gateway.close()
      await Promise.all([watch.ended(), drained])
      await told.close()
      await Promise.all([decoder, http, sandbox, storage, counting].map((each) => each?.close()))
      await stores.close()
    },
  }
}

const openPrices = (
  settings: Settings,
  parts: {
    readonly providers: readonly Provider[]
    readonly books: BookShelf
    readonly seconds: SecondsDesk
    readonly traffic: Traffic
    readonly hub: EventHub
  },
): PriceDesk => {
  const { providers, books, seconds, hub } = parts
  const waiting = waitingPrice(settings, parts.traffic)
  return openPriceDesk({
    catalogue: { ...makeCatalogue(providers), measured: seconds.measured, ...waiting },
    ...priceLayers(settings, { books: books.parts(), live: livePrices(providers) }),
    ...{ sha256, emit: hub.emit, pause: nextTurn },
  })
}

/** What the operator has decided, as the gateway takes it. */
const decidedBy = (settings: Settings) => ({
  rules: toRoutingRules(settings),
  alertRules: toAlertRules(settings.alerts),
  baselineModel: settings.baseline,
  purposes: makePurposes(settings.purposes),
  cancelsOnDisconnect: settings.cancelOnDisconnect,
  retention: settings.keeping.retention,
  ...(settings.quality.near_duplicates && { nearDuplicates: settings.quality.near_duplicates }),
  limits: limitsOf(settings),
})

const limitsOf = ({ cacheTtlMs, bytesInFlight, planSteps }: Settings): GatewayLimits => ({
  ...defaultLimits,
  ...{ cacheTtlMs, bytesInFlight, planSteps },
})

/** Lets everything that waits for the event loop go first. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const realWorld = (): Pick<World, 'clock' | 'random' | 'http'> => ({
  ...{ clock: systemClock, random: systemRandom, http: createSafeFetch() },
})

const randomHex = (bytes: number): string => Buffer.from(systemRandom.bytes(bytes)).toString('hex')
