import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '../adapters/database/open-database.ts'
import { createFallbackStore } from '../adapters/files/fallback-image-store.ts'
import { createFileImageStore } from '../adapters/files/file-image-store.ts'
import { createSharpDecoder } from '../adapters/sharp-decoder/sharp-decoder.ts'
import { defaultAlertRules } from '../core/alerts/alert-rules.ts'
import type { BreakerRule } from '../core/breaker/breaker.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import type { Markup, PriceLayers } from '../core/pricebook/layers.ts'
import { makePurposes } from '../core/purpose/default-purposes.ts'
import type { PurposeSettings } from '../core/purpose/purpose.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { ByteBudget } from '../gateway/byte-budget.ts'
import type { Caller } from '../gateway/dependencies.ts'
import { createEventHub, type EventHub, type GatewayEvent } from '../gateway/events.ts'
import { GateDesk } from '../gateway/gate-desk.ts'
import type { GateTools } from '../gateway/gate-evidence.ts'
import { type Gateway, openGateway, type RecoveryOptions } from '../gateway/gateway.ts'
import { defaultLimits, type GatewayLimits } from '../gateway/limits.ts'
import { openPriceDesk, type PriceDesk } from '../gateway/price-desk.ts'
import type { GatewayResult } from '../gateway/result.ts'
import { defaultRoutingRules, type RoutingRules } from '../gateway/routing-rules.ts'
import { Siblings } from '../gateway/siblings.ts'
import { Traffic } from '../gateway/traffic.ts'
import { WebhookDesk } from '../gateway/webhook-desk.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Log } from '../ports/log.ts'
import type { Provider } from '../ports/provider.ts'
import type { Journal, Stores } from '../ports/stores.ts'
import type { WebhookAddresses } from '../ports/webhook-addresses.ts'
import { type LikenessOptions, nearPrompts } from './near-prompts.ts'
import { noDecoder } from './no-decoder.ts'
import { type NoticeOptions, noticesOf } from './notice-stand.ts'
import { seededRandom, VirtualClock } from './virtual-clock.ts'

/** How a stand is set up; what is left out is as in production, but for time and chance. */
export interface GatewayStandOptions extends RecoveryOptions, NoticeOptions, LikenessOptions {
  readonly providers: readonly Provider[]
  /** Prices over those of the providers. */
  readonly layers?: Omit<PriceLayers, 'live'>
  readonly markups?: readonly Markup[]
  /** Folder of database and pictures; another stand may be opened on it later. */
  readonly home?: string
  readonly clock?: VirtualClock
  readonly seed?: number
  readonly limits?: Partial<GatewayLimits>
  readonly rules?: Partial<RoutingRules>
  /** Breakers as in production unless it says otherwise; `neverOpen` never opens one. */
  readonly breaker?: BreakerRule
  readonly baselineModel?: string
  readonly purposes?: Readonly<Record<string, PurposeSettings>>
  /** What gates look with beside the decoder. */
  readonly tools?: Omit<GateTools, 'decoder' | 'sha256'>
  /** Where providers report jobs; nowhere unless said. */
  readonly addresses?: WebhookAddresses
  /** Whether pictures can be decoded; who does not need it spares the threads. */
  readonly hasDecoder?: boolean
  /** Puts something between the gateway and the database's journal. */
  readonly journal?: (journal: Journal) => Journal
  /** Puts something between the gateway and the folder of pictures. */
  readonly images?: (images: ImageStore) => ImageStore
  /** Whether there is a second folder for what the first one does not take. */
  readonly hasSpareFolder?: boolean
  /** Where the order of events is noted: writes, stored pictures, and what a test adds. */
  readonly trace?: string[]
}

/** A gateway on a real SQLite file and a real folder, with scripted providers and virtual time. */
export interface GatewayStand {
  readonly gateway: Gateway
  readonly home: string
  readonly clock: VirtualClock
  readonly stores: Stores
  readonly images: ImageStore
  readonly hub: EventHub
  readonly prices: PriceDesk
  readonly events: readonly GatewayEvent[]
  readonly logged: readonly LogLine[]
  readonly trace: readonly string[]
  /** Asks for pictures and waits; the caller is `someone` of tenant `here` unless it is another. */
  ask(draft?: Partial<RequestDraft>, caller?: Partial<Caller>): Promise<GatewayResult>
  /** Lets running requests end and closes; the folder stays. */
  close(): Promise<void>
}

/** One line of the log. */
export interface LogLine {
  readonly level: keyof Log
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

const openTraffic = ({ breaker }: GatewayStandOptions, clock: VirtualClock, hub: EventHub) =>
  new Traffic({ clock, emit: hub.emit, ...(breaker === undefined ? {} : { breaker }) })

const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

/** Opens a stand. Its folder is a new one unless one is given. */
export async function openGatewayStand(options: GatewayStandOptions): Promise<GatewayStand> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'keeprate-stand-')))
  const { clock = new VirtualClock(), trace = [], seed = 1 } = options
  const opened = await openDatabase(join(home, 'keeprate.db'))
  const journal = traced(options.journal?.(opened.journal) ?? opened.journal, trace)
  const stores: Stores = { ...opened, journal }
  const logged: LogLine[] = []
  const images = tracedImages(openImages(home, options, logged), trace)
  const limits = { ...defaultLimits, ...options.limits }
  const events: GatewayEvent[] = []
  const hub = createEventHub((error) => logged.push(errorLine('a listener failed', { error })))
  hub.listen((event) => events.push(event))
  const prices = openDesk(options, hub.emit)
  const decoder = options.hasDecoder === true ? createSharpDecoder() : noDecoder
  const [random, log] = [seededRandom(seed), collectingLog(logged)]
  const parts = {
    snapshot: prices.snapshot,
    stores,
    images,
    decoder,
    clock,
    random,
    sha256,
    log,
    limits,
    rules: { ...defaultRoutingRules, ...options.rules },
    baselineModel: options.baselineModel ?? 'none',
    purposes: makePurposes(options.purposes),
    gates: new GateDesk({ decoder, clock, sha256, ...options.tools }),
    cancelsOnDisconnect: false,
    bytes: new ByteBudget(limits, clock),
    siblings: new Siblings(),
    ...nearPrompts(options, stores.similarPrompts, { log, clock }),
    webhooks: new WebhookDesk(options.addresses),
    traffic: openTraffic(options, clock, hub),
    emit: hub.emit,
    notices: noticesOf(stores, options, { clock, random, log }),
    alertRules: defaultAlertRules,
    owner: `stand:${seed}`,
  }
  const gateway = openGateway(parts, options)
  await gateway.ready
  return {
    gateway,
    home,
    clock,
    stores,
    images,
    hub,
    prices,
    events,
    logged,
    trace,
    ask: (draft = {}, caller = {}) =>
      gateway.generate(normaliseRequest({ operation: 'generate', prompt: 'a cup', ...draft }), {
        keyId: 'key_someone',
        tenant: 'here',
        ...caller,
      }),
    close: async () => {
      await gateway.close()
      await Promise.all([decoder.close(), stores.close()])
    },
  }
}

/** The folder of pictures with what a test puts before it, and with the spare one behind it. */
function openImages(home: string, options: GatewayStandOptions, logged: LogLine[]): ImageStore {
  const folder = createFileImageStore(home)
  const first = options.images?.(folder) ?? folder
  if (options.hasSpareFolder !== true) return first
  return createFallbackStore(first, createFileImageStore(join(home, 'spare')), (error) =>
    logged.push(errorLine('picture went to the spare folder', { error })),
  )
}

/** Lends a stand to one test; closes it and removes its folder, also when the test fails. */
export async function withGatewayStand(
  options: GatewayStandOptions,
  use: (stand: GatewayStand) => Promise<void>,
): Promise<void> {
  const stand = await openGatewayStand(options)
  try {
    await use(stand)
  } finally {
    await stand.close()
    await rm(stand.home, { recursive: true, force: true })
  }
}

/**
 * Moves a virtual clock on until work has ended, but only while somebody sleeps who did not before:
 * time must not run away from the disk.
 */
export async function whileTimePasses<Value>(
  clock: VirtualClock,
  work: Promise<Value>,
  stepMs = 50,
): Promise<Value> {
  let isOver = false
  const over = work.then(
    () => undefined,
    () => undefined,
  )
  void over.then(() => {
    isOver = true
  })
  const sleeping = clock.sleeping
  while (!isOver) await clock.advance(clock.sleeping > sleeping ? stepMs : 0)
  return work
}

/** Prices and models of scripted providers, as the composition root makes them of real ones. */
const openDesk = (
  { providers, layers = {}, markups = [] }: GatewayStandOptions,
  emit: EventHub['emit'],
): PriceDesk =>
  openPriceDesk({
    catalogue: {
      catalog: {
        models: providers.flatMap(({ models }) => models),
        aliases: providers.flatMap(({ aliases }) => aliases),
      },
      providers: new Map(providers.map((provider) => [provider.id, provider])),
    },
    layers: { ...layers, live: providers.map(({ id, prices }) => ({ name: id, rows: prices })) },
    markups,
    sha256,
    emit,
    pause: () => new Promise((next) => setImmediate(next)),
  })

const kinds = (facts: readonly Fact[]): string => facts.map(({ kind }) => kind).join('+')

function traced(journal: Journal, trace: string[]): Journal {
  return {
    commit: async (facts) => {
      try {
        await journal.commit(facts)
        trace.push(`written ${kinds(facts)}`)
      } catch (error) {
        trace.push(`not written ${kinds(facts)}`)
        throw error
      }
    },
  }
}

function tracedImages(images: ImageStore, trace: string[]): ImageStore {
  return {
    ...images,
    put: async (digest, bytes) => {
      await images.put(digest, bytes)
      trace.push('picture stored')
    },
  }
}

const errorLine = (message: string, fields: LogLine['fields']): LogLine => ({
  level: 'error',
  message,
  fields,
})

function collectingLog(lines: LogLine[]): Log {
  const at =
    (level: keyof Log): Log['error'] =>
    (fields, message) => {
      lines.push({ level, message, fields })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Real time after which a test that still waits for disk or threads has failed. */
const MOST_WAITED_MS = 60_000

/** Between two asks: without it, those who wait take the processor from what they wait for. */
const PAUSE_MS = 1

/** Asks again and again until the answer is neither false nor undefined. */
export async function until<Value>(
  ask: () => Value | Promise<Value>,
): Promise<Exclude<Value, false | undefined>> {
  const end = performance.now() + MOST_WAITED_MS
  while (performance.now() < end) {
    const value = await ask()
    if (value !== undefined && value !== false) return value as Exclude<Value, false | undefined>
    await pause(PAUSE_MS)
  }
  throw new Error(`not within ${MOST_WAITED_MS} ms`)
}
